/** Other people's servers, from `bench/peers`. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@madang/devkit";
import { bench, cache } from "../places.ts";
import { heard, startProcess, startSelfFeeding } from "../processes.ts";
import type { Stack } from "../stack.ts";

const peers = join(bench, "peers");
const modules = join(peers, "node_modules");
const bunProgram = ["x64", "aarch64"]
  .map((kind) => join(modules, `@oven/bun-linux-${kind}/bin/bun`))
  .find((path) => existsSync(path));

export const bun: Stack = {
  name: "bun",
  title: "Bun publish (native)",
  layer: "peer",
  missing: () => (bunProgram === undefined ? "Bun is not installed: `node bench/setup.mjs` says why" : undefined),
  start: async () => {
    const server = await startSelfFeeding({ name: "bun", command: bunProgram ?? "bun", args: [join(peers, "bun.mjs")] });
    const { authority, publish, pid } = server;
    return {
      protocol: "websocket",
      authority,
      names: new Map([[pid, "bun"]]),
      feed: { kind: "itself", publish },
      stop: () => server.stop("kill"),
    };
  },
};

const socketIoScript = join(peers, "socket-io.mjs");

export const socketIo: Stack = {
  name: "socket.io",
  title: "Socket.IO",
  layer: "peer",
  missing: missingSocketIo,
  start: async ({ profileDirectory }) => {
    const server = await startSelfFeeding({ name: "socket.io", args: [socketIoScript], profileDirectory });
    const { authority, publish, pid } = server;
    return {
      protocol: "socket.io",
      authority,
      names: new Map([[pid, "socket.io"]]),
      feed: { kind: "itself", publish },
      stop: () => server.stop(),
    };
  },
};

export const socketIoRedis: Stack = {
  name: "socket.io-redis-streams",
  title: "Socket.IO + redis-streams + recovery",
  layer: "peer",
  missing: () => missingSocketIo() ?? redisProgram().missing,
  start: async ({ profileDirectory }) => {
    const redis = await startRedis();
    try {
      const server = await startSelfFeeding({
        name: "socket.io",
        args: [socketIoScript, "--redis", redis.url],
        profileDirectory,
      });
      const { authority, publish, pid } = server;
      const names = new Map([
        [pid, "socket.io"],
        [redis.pid, "redis-server"],
      ]);
      const stop = async () => {
        await server.stop();
        await redis.stop();
      };
      return { protocol: "socket.io", authority, names, feed: { kind: "itself", publish }, stop };
    } catch (error) {
      await redis.stop();
      throw error;
    }
  },
};

function missingSocketIo(): string | undefined {
  return existsSync(join(modules, "socket.io")) ? undefined : "Socket.IO is not installed: `node bench/setup.mjs` says why";
}

/** With nothing written to disk: Madang's layers that are compared with it do more. */
async function startRedis(): Promise<{ url: string; pid: number; stop: () => Promise<void> }> {
  const { server = "redis-server", libraries = [] } = redisProgram();
  const directory = mkdtempSync(join(tmpdir(), "madang-bench-redis-"));
  const port = await freePort();
  const redis = startProcess({
    name: "redis-server",
    command: server,
    args: ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", directory],
    environment: { LD_LIBRARY_PATH: libraries.join(":") },
  });
  const stop = async () => {
    await redis.stop("kill");
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await heard(redis, /Ready to accept connections/);
    return { url: `redis://127.0.0.1:${port}`, pid: redis.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function redisProgram(): { server?: string; libraries?: string[]; missing?: string } {
  try {
    return JSON.parse(readFileSync(join(cache, "redis.json"), "utf8"));
  } catch {
    return { missing: "there is no redis-server: `node bench/setup.mjs` says why" };
  }
}
