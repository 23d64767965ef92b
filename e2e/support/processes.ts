// Real processes of the project, as an operator starts them.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@madang/devkit";

export const project = join(import.meta.dirname, "../..");
const allInOne = "apps/allinone/src/main.ts";

export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** What it printed so far. */
  output(): string;
  /** Resolves with how it ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and waits. */
  stop(): Promise<void>;
  /** SIGKILL, and waits. */
  kill(): Promise<void>;
}

/** What `npm start` tells Node beside the program. */
const startFlags =
  /\.cache\/bin\/node ((?:--\S+ )*)apps/
    .exec(JSON.parse(readFileSync(join(project, "package.json"), "utf8")).scripts.start)?.[1]
    ?.split(" ")
    .filter((flag) => flag !== "") ?? [];

/** Starts a program of the project, or of another checkout, with an environment of its own: nothing of the tester's settings leaks in. */
export function run(file: string, environment: Record<string, string>, args: string[] = [], root = project): Running {
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, ...environment };
  const flags = file === allInOne ? startFlags : [];
  return follow(
    spawn(join(root, ".cache/bin/node"), [...flags, join(root, file), ...args], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}

export function follow(child: ChildProcess): Running {
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    output: () => printed,
    exited,
    signal: (signal) => void child.kill(signal),
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    [Symbol.asyncDispose]: () => end("SIGKILL"),
  };
}

export interface Folder extends Disposable {
  readonly path: string;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "madang-e2e-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Most tests are about order, and want every line; a sample of a flood is the subject of e2e/live-room. They ask faster than anybody
 * else, too; the limits of that are the subject of e2e/bad-input.
 */
const everyLine = { MADANG_SAMPLE_PER_S: "0", MADANG_LIMITS: "off" };

export const secrets = { MADANG_TOKEN_SECRET: "a-secret-for-tests-only", MADANG_API_KEY: "a-key-for-tests-only" };

export interface Site extends Running {
  /** host:port */
  readonly authority: string;
  readonly socketUrl: string;
  /** host:port of its figures. */
  readonly healthAuthority: string;
}

/** The all-in-one on a free port. */
export async function startAllInOne(dataDirectory: string, environment: Record<string, string> = {}): Promise<Site> {
  const running = run(allInOne, {
    ...secrets,
    ...everyLine,
    MADANG_HTTP_PORT: "0",
    MADANG_DATA_DIR: dataDirectory,
    ...environment,
  });
  return site(running, /page +http:\/\/([^/]+)\//);
}

/** One service on its own. A gateway's address is where it listens; of the others, where their health is. `root`: of another checkout. */
export async function startService(
  name: "gateway" | "room" | "persistence",
  environment: Record<string, string>,
  root = project,
): Promise<Site> {
  const settings = { ...secrets, ...everyLine, MADANG_HTTP_PORT: "0", MADANG_HEALTH_PORT: "0", ...environment };
  const running = run(`services/${name}/src/main.ts`, settings, [], root);
  return site(running, /"(?:port|healthPort)":(\d+)[^\n]*"msg":"ready"/);
}

/** Once it says where it is to be reached. */
export async function site(running: Running, place: RegExp): Promise<Site> {
  let ended = false;
  void running.exited.then(() => {
    ended = true;
  });
  try {
    const authority = await eventually(
      () => {
        const found = place.exec(running.output())?.[1];
        if (found === undefined && !ended) throw new Error(`not ready: ${running.output()}`);
        return found?.includes(":") ? found : `127.0.0.1:${found}`;
      },
      { withinMs: 30_000 },
    );
    if (ended) throw new Error(`ended: ${running.output()}`);
    const healthPort = /"healthPort":(\d+)/.exec(running.output())?.[1];
    const healthAuthority = healthPort === undefined ? authority : `127.0.0.1:${healthPort}`;
    return Object.assign(running, { authority, healthAuthority, socketUrl: `ws://${authority}/connection/websocket` });
  } catch (error) {
    await running.kill();
    throw error;
  }
}
