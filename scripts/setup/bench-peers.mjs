// Brings what Madang is measured beside: packages of bench/peers, which are no part of the workspace so that nobody else downloads them,
// and a Redis server for one of them. Whatever cannot be had is left out of the bench, which says so.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { debianFamily, unpackPackages } from "./debian.mjs";
import { moveWhole, readJson, readText, writeWhole } from "./files.mjs";
import { cache, root } from "./places.mjs";
import { findProgram, isExecutable, run } from "./run.mjs";
import { reason, SetupError, say, sayWhile } from "./say.mjs";
import { firstThatWorks } from "./sources.mjs";
import { Stamp } from "./stamp.mjs";

const folder = join(root, "bench/peers");
const stamp = new Stamp("bench-peers", () => ["bench/peers/package.json", "bench/peers/pnpm-lock.yaml"]);

export const benchPackages = {
  isDone: () => existsSync(join(folder, "node_modules/.modules.yaml")) && stamp.fits(),

  async do() {
    const pnpm = readJson(join(root, "package.json")).packageManager.split("+")[0];
    say(`bench: installing peers with ${pnpm}`);
    const args = ["-y", pnpm, "install", "--ignore-workspace", "--frozen-lockfile", "--config.confirm-modules-purge=false"];
    const env = { ...process.env, npm_config_update_notifier: "false" };
    try {
      await run("npx", args, { cwd: folder, env, show: true, withinMs: 600_000, shell: process.platform === "win32" });
    } catch (error) {
      throw new SetupError(
        `bench: the peers could not be installed (${reason(error)}): they are left out, and so are the plots.`,
      );
    }
    stamp.set();
  },
};

const record = join(cache, "redis.json");
const kept = join(cache, "redis");

/** `.cache/redis.json` tells the bench where a server is and what it needs, or why there is none. */
export const benchRedis = {
  async isDone() {
    const present = await findRedis();
    return present !== undefined && readText(record) === present;
  },

  async do() {
    mkdirSync(cache, { recursive: true });
    try {
      writeWhole(record, (await findRedis()) ?? (await fetched()));
      say("bench: redis-server is in place");
    } catch (error) {
      writeWhole(record, JSON.stringify({ missing: error.message }));
      throw error;
    }
  },
};

async function findRedis() {
  const onPath = findProgram("redis-server");
  if (onPath !== undefined) return JSON.stringify({ server: onPath, libraries: [] });
  // A link, whose name tells the program what it is.
  const server = join(kept, "usr/bin/redis-server");
  return isExecutable(server) ? JSON.stringify({ server, libraries: librariesIn(kept) }) : undefined;
}

async function fetched() {
  const debian = {
    what: "Redis from this system's packages, unpacked into .cache",
    get: async () => {
      const scratch = mkdtempSync(join(cache, "scratch-"));
      try {
        await sayWhile("  still fetching", () => unpackPackages(["redis-server"], scratch, { withMissing: true }));
        const env = { ...process.env, LD_LIBRARY_PATH: librariesIn(scratch).join(":") };
        await run(join(scratch, "usr/bin/redis-server"), ["--version"], { env });
        moveWhole(scratch, kept);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  };
  const helpYourself =
    "bench: there is no redis-server, and Socket.IO with redis-streams is left out. Install one, and it is found on PATH.";
  await firstThatWorks("redis-server", [debianFamily() === undefined ? undefined : debian], helpYourself);
  return findRedis();
}

function librariesIn(tree) {
  const triplet = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[process.arch];
  return triplet === undefined ? [] : [join(tree, "usr/lib", triplet), join(tree, "lib", triplet)];
}
