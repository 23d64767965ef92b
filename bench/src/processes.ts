/** Server processes of a stack: started with nothing of the user's settings, and gone with us. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { eventually } from "@madang/devkit";
import type { Schedule } from "./schedule.ts";

const endsWithinMs = 15_000;

export interface Process {
  readonly pid: number;
  /** Everything printed so far. */
  readonly printed: () => string;
  /** Kills it, with -9 unless it is to end by itself. */
  stop(how?: "kill" | "end"): Promise<void>;
}

export interface ProcessOptions {
  /** For its profile. */
  name: string;
  /** This Node, unless given. */
  command?: string;
  args: readonly string[];
  environment?: { readonly [name: string]: string };
  directory?: string;
  profileDirectory?: string | undefined;
  /** With a channel to it: `child.send`. */
  channel?: boolean;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export function startProcess(options: ProcessOptions): Process & { child: ChildProcess } {
  const { args, environment = {}, directory, profileDirectory } = options;
  const profiling =
    profileDirectory === undefined || options.command !== undefined
      ? []
      : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${options.name}-${Date.now()}.cpuprofile`];
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(options.command ?? process.execPath, [...profiling, ...args], {
    ...(directory === undefined ? {} : { cwd: directory }),
    env: { PATH, HOME, ...environment },
    stdio: ["pipe", "pipe", "pipe", ...(options.channel ? (["ipc"] as const) : [])],
  }) as ChildProcessWithoutNullStreams;
  running.add(child);
  let printed = "";
  // The last lines say why it ended; a server that talks all day is not kept word by word.
  const hear = (text: string) => (printed = (printed + text).slice(-20_000));
  for (const output of [child.stdout, child.stderr]) output.setEncoding("utf8").on("data", hear);
  child.stdin.on("error", () => {});
  child.once("error", (error) => hear(error.message));
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void exited.then(() => running.delete(child));
  return {
    child,
    pid: child.pid ?? 0,
    printed: () => printed,
    stop: async (how = profileDirectory === undefined ? "kill" : "end") => {
      child.kill(how === "kill" ? "SIGKILL" : "SIGTERM");
      const impatience = setTimeout(() => child.kill("SIGKILL"), endsWithinMs);
      if (child.pid !== undefined) await exited;
      clearTimeout(impatience);
    },
  };
}

/** What a process prints once it is ready. @throws Error with what it printed instead */
export function heard(process: Process, what: RegExp): Promise<RegExpExecArray> {
  return eventually(
    () => {
      const found = what.exec(process.printed());
      if (found === null) throw new Error(`a server does not start: ${process.printed()}`);
      return found;
    },
    { withinMs: 60_000 },
  );
}

/** A server that feeds itself (`servers/serve.ts`). */
export async function startSelfFeeding(
  options: ProcessOptions,
): Promise<Process & { authority: string; publish(schedule: Schedule): Promise<void> }> {
  const server = startProcess(options);
  let published: (() => void) | undefined;
  createInterface({ input: server.child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    if (line.startsWith('{"published"')) published?.();
  });
  try {
    const [, port] = await heard(server, /\{"port":(\d+)\}/);
    const publish = (schedule: Schedule) =>
      new Promise<void>((resolve) => {
        published = resolve;
        server.child.stdin?.write(`${JSON.stringify(schedule)}\n`);
      });
    return { ...server, authority: `127.0.0.1:${port}`, publish };
  } catch (error) {
    await server.stop("kill");
    throw error;
  }
}
