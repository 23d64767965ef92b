// Provides a server that speaks MySQL, for tests only: the file `.cache/test-database.json` tells them what it is and
// where, or why there is none. Tests start it themselves, with data of their own.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { debianFamily, unpackPackages } from "./debian.mjs";
import { moveWhole, readText, writeWhole } from "./files.mjs";
import { cache } from "./places.mjs";
import { findProgram, isExecutable, run } from "./run.mjs";
import { SetupError, say, sayWhile } from "./say.mjs";
import { firstThatWorks } from "./sources.mjs";
import { versionOf } from "./versions.mjs";

const record = join(cache, "test-database.json");
const kept = join(cache, "mariadb");
const packages = ["mariadb-server-core", "mariadb-client-core"];
// Servers are not for everybody's PATH on many systems.
const moreFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/mysql/bin", "/opt/homebrew/bin"];

export const testDatabase = {
  async isDone({ forTests }) {
    if (!forTests || isNamed()) return true;
    const present = await findPresent();
    return present !== undefined && readText(record) === present;
  },

  async do() {
    mkdirSync(cache, { recursive: true });
    try {
      const present = (await findPresent()) ?? (await fetched());
      writeWhole(record, present);
      const { kind, version } = JSON.parse(present);
      say(`test database: ${kind} ${version} is in place`);
    } catch (error) {
      writeWhole(record, JSON.stringify({ missing: error.message }));
      throw error;
    }
  },
};

function isNamed() {
  const named = process.env.MADANG_TEST_DATABASE_URL;
  if (!named) return false;
  if (URL.canParse(named) && new URL(named).protocol === "mysql:") return true;
  throw new SetupError("MADANG_TEST_DATABASE_URL is not an address that begins with mysql://.");
}

/** What tests need to know of a server that is here already: on PATH, or kept from an earlier setup. */
async function findPresent() {
  for (const name of ["mariadbd", "mysqld"]) {
    const found = findProgram(name, moreFolders);
    if (found !== undefined) return describe(realpathSync(found), []);
  }
  return describeKept();
}

async function describeKept() {
  const server = join(kept, "usr/sbin/mariadbd");
  return isExecutable(server) ? describe(server, librariesIn(kept)) : undefined;
}

async function describe(server, libraries) {
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(":") };
  const version = await versionOf(server, "--version", env);
  const kind = server.includes("mariadb") ? "mariadb" : "mysql";
  return JSON.stringify({ kind, version: version.join("."), server, base: dirname(dirname(server)), libraries });
}

async function fetched() {
  await firstThatWorks("test database", [fromDebian(), fromDebianAsRoot()], helpYourself());
  return findPresent();
}

function fromDebian() {
  if (debianFamily() === undefined) return undefined;
  return {
    what: "MariaDB from this system's packages, unpacked into .cache",
    get: async () => {
      const folder = mkdtempSync(join(cache, "scratch-"));
      try {
        await sayWhile("  still fetching", () => unpackPackages(packages, folder, { withMissing: true }));
        const env = { ...process.env, LD_LIBRARY_PATH: librariesIn(folder).join(":") };
        await run(join(folder, "usr/sbin/mariadbd"), ["--version"], { env });
        moveWhole(folder, kept);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** For a system on which unpacked packages do not run. */
function fromDebianAsRoot() {
  if (debianFamily() === undefined || process.getuid?.() !== 0) return undefined;
  return {
    what: "MariaDB from this system's packages, installed",
    get: () =>
      sayWhile("  still installing", async () => {
        const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
        await run("apt-get", ["-qq", "update"], { withinMs: 180_000, env });
        await run("apt-get", ["-qq", "-y", "--no-install-recommends", "install", ...packages], { withinMs: 300_000, env });
      }),
  };
}

function helpYourself() {
  const how = process.platform === "darwin" ? "`brew install mariadb`" : "MariaDB or MySQL";
  return (
    `There is no MySQL-compatible server for the tests. Install one (${how}), or name one in MADANG_TEST_DATABASE_URL ` +
    "(mysql://user:password@host:port). Until then, every test that needs a database fails."
  );
}

/** The folders of an unpacked package tree that hold libraries: Debian has one for each kind of processor. */
function librariesIn(folder) {
  const triplet = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[process.arch];
  return triplet === undefined ? [] : [join(folder, "usr/lib", triplet), join(folder, "lib", triplet)];
}
