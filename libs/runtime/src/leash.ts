// Child processes that never outlive us, not even when we are killed with -9 and can clean up nothing.
//
// The child is started by a small shell that also holds a pipe from us. The kernel closes that pipe when we die, in
// whatever way, and the shell then stops the child. Nothing here depends on anybody's exit handlers.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export interface Leashed {
  /** Resolves once the child is gone, with how it ended. Rejects only when it could not be started. */
  readonly exited: Promise<Exit>;
  /** Whether the child may still be alive. */
  readonly running: boolean;
  /** Lets go of the pipe: the child is asked to end, and killed when it has not within two seconds. */
  release(): void;
  /** Kills the child and its shell at once. */
  kill(): void;
}

// File 3 is the pipe. The watcher reads nothing from it but its end, and holds neither output, so that these close with
// the child. `wait` gives 128 + n for a child that ended with signal n.
const shell = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{
  read -r _ <&3
  kill -TERM $child 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 $child 2>/dev/null || exit 0
    sleep 0.1
  done
  kill -KILL $child 2>/dev/null
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait $child
code=$?
kill $watcher 2>/dev/null
exit $code
`;

export interface LeashOptions {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Each line that the child prints, on either output. */
  onLine: (line: string) => void;
}

export function startLeashed({ command, args, env = process.env, onLine }: LeashOptions): Leashed {
  // A group of its own: Ctrl-C in a terminal reaches every process of the foreground group, and the child must stay
  // until we have drained.
  const detached = process.platform !== "win32";
  const child = detached
    ? spawn("/bin/sh", ["-c", shell, "leash", command, ...args], { env, detached, stdio: ["pipe", "pipe", "pipe"] })
    : spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  // The pipe's end says enough; a write to it never happens.
  child.stdin.on("error", () => {});
  for (const output of [child.stdout, child.stderr]) eachLine(output, onLine);

  let running = true;
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once("error", (error) => {
      running = false;
      reject(error);
    });
    // Not "exit": what the child printed last, which often says why it ended, is then still on its way.
    child.once("close", (code, signal) => {
      running = false;
      resolve(signal === null && code !== null && code > 128 ? { code: null, signal: signalOf(code - 128) } : { code, signal });
    });
  });
  // Who awaits it hears of a failed start; that nobody does is no reason to end the process.
  exited.catch(() => {});

  return {
    exited,
    get running() {
      return running;
    },
    release: () => void child.stdin.end(),
    kill: () => {
      if (running) killGroup(child, detached);
    },
  };
}

function killGroup(child: ChildProcess, detached: boolean): void {
  if (child.pid === undefined) return;
  try {
    process.kill(detached ? -child.pid : child.pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

function eachLine(output: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  output.setEncoding("utf8");
  output.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  output.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

function signalOf(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found === undefined ? null : (found[0] as NodeJS.Signals);
}
