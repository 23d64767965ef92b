/** The server under test: the real all-in-one, started as a user starts it, with a data directory of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@madang/devkit";

export const project = join(import.meta.dirname, "../..");

export interface Site {
  readonly pid: number;
  /** host:port */
  readonly authority: string;
  stop(): Promise<void>;
}

/** With `profileDirectory`, the process leaves its CPU profile there when it ends. */
export async function startSite({ profileDirectory }: { profileDirectory?: string | undefined } = {}): Promise<Site> {
  const directory = mkdtempSync(join(tmpdir(), "madang-bench-"));
  const profiling = profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
  const { PATH = "", HOME = "" } = process.env;
  // Nothing of the user's settings leaks in, a .env beside the program neither.
  const child = spawn(process.execPath, [...profiling, join(project, "apps/allinone/src/main.ts")], {
    cwd: directory,
    env: { PATH, HOME, MADANG_HTTP_PORT: "0", MADANG_DATA_DIR: join(directory, "data"), MADANG_ANONYMOUS: "on" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) output.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const stop = async () => {
    await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const authority = await eventually(
      () => {
        const found = /page +http:\/\/([^/]+)\//.exec(printed)?.[1];
        if (found === undefined) throw new Error(`the server does not start: ${printed}`);
        return found;
      },
      { withinMs: 30_000 },
    );
    return { pid: child.pid ?? 0, authority, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  // A drain is bounded by 10 s.
  const impatience = setTimeout(() => child.kill("SIGKILL"), 30_000);
  child.kill("SIGTERM");
  await exited;
  clearTimeout(impatience);
}
