// Where nats-server comes from: an official release, checked by its published sum, or a package of Debian or Ubuntu.
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unpackPackages } from "./debian.mjs";
import { download } from "./download.mjs";
import { cache } from "./places.mjs";
import { run } from "./run.mjs";
import { say, sayWhile } from "./say.mjs";
import { versionOf } from "./versions.mjs";

/** What one source is to give: the file `kept`, of a version that `fits`. */
export class NatsServerSources {
  #kept;
  #fits;

  constructor(kept, fits) {
    this.#kept = kept;
    this.#fits = fits;
  }

  /** `releases`: by platform, the version, its name for the platform, and the sum of its archive. */
  release(releases) {
    const release = releases[`${process.platform}-${process.arch}`];
    if (release === undefined) return undefined;
    const [version, platform, sha256] = release;
    const name = `nats-server-v${version}-${platform}`;
    return {
      what: `the official release ${version}`,
      get: () =>
        inScratch(async (folder) => {
          const archive = join(folder, "release.tar.gz");
          const url = `https://github.com/nats-io/nats-server/releases/download/v${version}/${name}.tar.gz`;
          writeFileSync(archive, await download(url, sha256));
          await run("tar", ["-xzf", archive, "-C", folder]);
          await this.#keep(join(folder, name, "nats-server"));
        }),
    };
  }

  /** `suite`: undefined for the machine's own. */
  debian(family, suite) {
    return {
      what: `the package of ${suite === undefined ? "this system" : `${family.isUbuntu ? "Ubuntu" : "Debian"} ${suite}`}`,
      get: () =>
        inScratch(async (folder) => {
          await sayWhile("  still fetching", () => unpackPackages(["nats-server"], folder, { suite }));
          await this.#keep(join(folder, "usr/sbin/nats-server"));
        }),
    };
  }

  async #keep(file) {
    chmodSync(file, 0o755);
    const version = await versionOf(file, "-v");
    if (!this.#fits(version)) throw new Error(`it is ${version.join(".")}, which will not do`);
    renameSync(file, this.#kept);
    say(`nats-server: ${version.join(".")} is in place`);
  }
}

/** A folder on the same file system as the cache, so that its finished file can be renamed into it. */
async function inScratch(work) {
  const folder = mkdtempSync(join(cache, "scratch-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
