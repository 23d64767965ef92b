// A nats-server of our own, for the all-in-one and for tests: started in a directory that holds all it has, ended
// with us however we end, and never two of them on one store.
import { execFile } from "node:child_process";
import { connect } from "node:net";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { claimDirectory, type DirectoryClaim, DirectoryInUse } from "./directory-claim.ts";
import { type Exit, type Leashed, startLeashed } from "./leash.ts";
import { NatsServerDirectory, type NatsServerSettings } from "./nats-server-directory.ts";
import { NatsServerError } from "./nats-server-error.ts";

// Before this one, a cluster could accept a write that its expected sequence forbids: the fence of a room would leak.
const leastVersion = [2, 10, 23] as const;
const readyWithinMs = 30_000;
const endsWithinMs = 5_000;
const keptLines = 20;
const softHeapBytes = 160 * 1024 * 1024;

export interface NatsServerOptions extends Omit<NatsServerSettings, "host"> {
  /** The program: a path, or a name to be looked up in PATH. */
  binary: string;
  /** Holds the server's configuration, process id, ports and store. Made where it is missing. */
  directory: string;
  /** 127.0.0.1, unless given. Port 0, or none, is any free one. */
  host?: string;
  /** From here on the server's garbage collector works harder. GOMEMLIMIT in the environment goes before it, as does GOMAXPROCS. */
  softHeapBytes?: number;
  /** A large store takes its time to recover: 30 s, unless given. */
  readyWithinMs?: number;
  log?: (line: string) => void;
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Ends it cleanly, or by force when that takes longer than five seconds. */
  stop(): Promise<void>;
}

/** Resolves once the server takes clients and JetStream is on. Rejects with a NatsServerError, and nothing is left running. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const host = options.host ?? "127.0.0.1";
  const directory = new NatsServerDirectory(resolve(options.directory));
  await checkVersion(options.binary);
  const claim = await claimFor(directory.path);
  try {
    await directory.endFormer();
    directory.prepare({ ...options, host });
  } catch (cause) {
    claim.release();
    throw unusable(directory.path, cause);
  }

  const lastLines: string[] = [];
  const leashed = startLeashed({
    command: options.binary,
    args: ["--config", directory.configuration],
    env: {
      ...processorsFor(options),
      ...process.env,
      GOMEMLIMIT: process.env.GOMEMLIMIT ?? String(options.softHeapBytes ?? softHeapBytes),
    },
    onLine: (line) => {
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
      options.log?.(line);
    },
  });
  const exited = leashed.exited.finally(() => claim.release());
  exited.catch(() => {});

  // A server that listens everywhere is reached here.
  const reachedAt = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  try {
    const { pid, port } = await ready(leashed, directory, reachedAt, options.readyWithinMs ?? readyWithinMs);
    return { url: `nats://${reachedAt}:${port}`, port, pid, exited, stop: () => stop(leashed, pid) };
  } catch (cause) {
    leashed.kill();
    await exited.catch(() => {});
    throw notReady(`${host}:${options.port ?? 0}`, lastLines, cause);
  }
}

/**
 * It shares the machine with whoever talks to it: half of the processors are for it. With as many as there are, its threads wake each other to
 * look for work that is not there, a quarter of all that it uses on two. One that waits for the disk holds a processor for a while, so where
 * every write goes there, all stay.
 */
function processorsFor({ durability }: Pick<NatsServerOptions, "durability">): { GOMAXPROCS?: string } {
  if (durability === "power") return {};
  return { GOMAXPROCS: String(Math.max(1, Math.floor(availableParallelism() / 2))) };
}

/** The address of the server that somebody on this machine runs in a directory, with the credentials in it. */
export function runningNatsServer(directory: string): string | undefined {
  return new NatsServerDirectory(resolve(directory)).address();
}

async function checkVersion(binary: string): Promise<void> {
  let printed: string;
  try {
    printed = (await promisify(execFile)(binary, ["-v"], { timeout: 10_000 })).stdout;
  } catch (cause) {
    throw new NatsServerError("binary-missing", `nats-server can't be started from ${binary}.`, { cause });
  }
  const version = /(\d+)\.(\d+)\.(\d+)/.exec(printed)?.slice(1).map(Number) ?? [0, 0, 0];
  const differs = leastVersion.findIndex((number, place) => number !== version[place]);
  if (differs === -1 || (version[differs] ?? 0) > (leastVersion[differs] ?? 0)) return;
  const needed = leastVersion.join(".");
  throw new NatsServerError("binary-too-old", `${binary} is nats-server ${version.join(".")}; ${needed} or newer is needed.`);
}

async function claimFor(path: string): Promise<DirectoryClaim> {
  try {
    return await claimDirectory(path);
  } catch (cause) {
    if (cause instanceof DirectoryInUse) throw new NatsServerError("in-use", cause.message, { cause });
    throw unusable(path, cause);
  }
}

const unusable = (path: string, cause: unknown) =>
  new NatsServerError("directory", `The directory ${path} can't be written: ${(cause as Error).message}`, { cause });

/** Asks often: a fresh server is ready in some 30 ms, and every start and test waits for it. */
async function ready(leashed: Leashed, directory: NatsServerDirectory, host: string, withinMs: number) {
  const deadline = performance.now() + withinMs;
  while (leashed.running) {
    const place = directory.whereItListens();
    if (place !== undefined && (await greets(host, place.port))) return place;
    if (performance.now() > deadline) throw new Error(`it was not ready within ${withinMs / 1000} s`);
    await sleep(5);
  }
  const { code, signal } = await leashed.exited;
  throw new Error(`it ended with ${signal ?? `code ${code}`}`);
}

/** Whether a NATS server with JetStream answers there: it greets each client with an INFO line. */
function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    let greeting = "";
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      greeting += text;
      if (greeting.includes("\n")) end(greeting.startsWith("INFO ") && greeting.includes('"jetstream":true'));
    });
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  });
}

function notReady(address: string, lastLines: string[], cause: unknown): NatsServerError {
  const lines = lastLines.join("\n");
  if (/address already in use/.test(lines)) {
    return new NatsServerError("port-taken", `nats-server can't listen on ${address}: the port is taken.`, { cause });
  }
  const said = lines === "" ? "It said nothing." : `Its last lines:\n${lines}`;
  return new NatsServerError("not-ready", `nats-server did not start: ${(cause as Error).message}. ${said}`, { cause });
}

async function stop(leashed: Leashed, pid: number): Promise<void> {
  if (!leashed.running) return;
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It ended by itself in this very moment.
  }
  const force = setTimeout(() => leashed.kill(), endsWithinMs);
  await leashed.exited;
  clearTimeout(force);
}
