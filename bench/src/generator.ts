/** The generator's process, as seen from the one that measures. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { generatorCore, onCore } from "./cores.ts";
import type { Commands } from "./generator/main.ts";

type Argument<C extends keyof Commands> = Parameters<Commands[C]>[0];
type Result<C extends keyof Commands> = Awaited<ReturnType<Commands[C]>>;

export class Generator implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<never>>();
  #commands = 0;

  /** `pinned`: it has a core of its own. */
  constructor({ pinned }: { pinned: boolean }) {
    const [command, ...args] = onCore(pinned ? generatorCore : undefined, [process.execPath, ...process.execArgv]);
    this.#child = fork(join(import.meta.dirname, "generator/main.ts"), [], { execPath: command, execArgv: args });
    this.#child.on("message", ({ id, result, error }: { id: number; result: never; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error));
    });
    this.#child.once("exit", (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the generator ended with ${signal ?? code}`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws Error that the generator met */
  tell<C extends keyof Commands>(command: C, argument: Argument<C>): Promise<Result<C>> {
    const id = ++this.#commands;
    const waiting = Promise.withResolvers<never>();
    this.#waiting.set(id, waiting);
    this.#child.send({ id, command, argument });
    return waiting.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}
