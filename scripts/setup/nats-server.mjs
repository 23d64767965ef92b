// Provides nats-server, the broker. A named or found one is used where it is; one that setup fetches is kept in the
// cache. `.cache/bin/nats-server` leads to whichever it is.
import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { candidateOf, debianFamily } from "./debian.mjs";
import { linkWhole } from "./files.mjs";
import { NatsServerSources } from "./nats-sources.mjs";
import { bin, cache } from "./places.mjs";
import { findProgram, isExecutable } from "./run.mjs";
import { SetupError, say } from "./say.mjs";
import { firstThatWorks } from "./sources.mjs";
import { isAtLeast, versionOf } from "./versions.mjs";

// Before this one, a cluster could accept a write that its expected sequence forbids: the fence of a room would leak.
const leastVersion = [2, 10, 23];
const kept = join(cache, "nats-server");
const link = join(bin, "nats-server");

// The sums that the releases publish. Those for Linux are the ones that nats-io's own container images check; the pair
// for macOS is the newest whose Linux neighbours were found equal to them.
const releases = {
  "linux-x64": ["2.12.4", "linux-amd64", "92388f2e4aa1e6dea402eb173cbdb1fcb1df9a9c899cb807b91ddbb45c131b65"],
  "linux-arm64": ["2.12.4", "linux-arm64", "44a6ff34eff7e8d0e1409dbac0b733cff7ecbb4f19388a4d0d3d6085d899f017"],
  "darwin-x64": ["2.12.2", "darwin-amd64", "5b52fb4968d72b3368c2d626107a86293daab30b7dd16179db7522f54ca0beb0"],
  "darwin-arm64": ["2.12.2", "darwin-arm64", "d1e6d2cb36bf20e0ba8c2f50eeb4e6ea57f38353823fc77127dd676219591eea"],
};

export const natsServer = {
  /** A given broker makes a server of our own needless, but for the tests, which start and kill their own. */
  async isDone({ forTests }) {
    if (process.env.NATS_URL && !forTests) return true;
    const named = process.env.MADANG_NATS_SERVER;
    if (named) return checkNamed(named);
    const present = await findPresent();
    if (present === undefined || !isExecutable(link)) return false;
    return realpathSync(link) === realpathSync(present);
  },

  async do() {
    const present = await findPresent();
    if (present !== undefined) {
      say(`nats-server: using ${present}`);
      linkWhole(present === kept ? join("..", "nats-server") : present, link);
      return;
    }
    mkdirSync(cache, { recursive: true });
    const sources = new NatsServerSources(kept, (version) => isAtLeast(version, leastVersion));
    await firstThatWorks("nats-server", [sources.release(releases), ...(await fromDebian(sources))], helpYourself());
    linkWhole(join("..", "nats-server"), link);
  },
};

async function checkNamed(path) {
  if (!isExecutable(path)) throw new SetupError(`MADANG_NATS_SERVER names ${path}, which is not an executable file.`);
  const version = await versionOf(path, "-v");
  if (isAtLeast(version, leastVersion)) return true;
  throw new SetupError(
    `MADANG_NATS_SERVER names nats-server ${version.join(".")}; ${leastVersion.join(".")} or newer is needed.`,
  );
}

/** One that is here already: on PATH, or kept from an earlier setup. */
async function findPresent() {
  for (const path of [findProgram("nats-server"), isExecutable(kept) ? kept : undefined]) {
    if (path !== undefined && isAtLeast(await versionOf(path, "-v"), leastVersion)) return path;
  }
  return undefined;
}

/** The newest first, since JetStream's corrections come in new versions; and the machine's own suite where it will do. */
async function fromDebian(sources) {
  const family = debianFamily();
  if (family === undefined) return [];
  const own = await candidateOf("nats-server").catch(() => undefined);
  const others = family.isUbuntu ? ["devel"] : ["forky", "trixie", "sid"];
  const suites = own !== undefined && isAtLeast(own, leastVersion) ? [undefined, ...others] : others;
  return suites.map((suite) => sources.debian(family, suite));
}

function helpYourself() {
  const how = process.platform === "darwin" ? "`brew install nats-server`" : "a package or release of nats-server";
  return (
    `No nats-server ${leastVersion.join(".")} or newer was found. Install one (${how}), name its file in ` +
    "MADANG_NATS_SERVER, or name a running server in NATS_URL."
  );
}
