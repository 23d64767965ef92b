/**
 * The acts of one moderator in one room: shown as done at once, and plainly when they failed. Holds the newest, so that they can be undone,
 * and made again where they failed.
 */
import type { ActionResult, Problem } from "@madang/client";
import { type Act, inverseOf } from "./acts.ts";

export type DeedState =
  | { readonly kind: "pending" }
  | { readonly kind: "done"; readonly offset: number }
  | { readonly kind: "failed"; readonly problem: Problem }
  | { readonly kind: "undone" };

export interface Deed {
  readonly id: number;
  readonly act: Act;
  readonly state: DeedState;
  /** Of the deed that this one takes back. */
  readonly undoes?: number;
}

/** What is remembered: more than anybody takes back, one by one. */
const deedsKept = 100;

export class Desk {
  readonly #perform: (act: Act) => Promise<ActionResult>;
  readonly #listeners = new Set<() => void>();
  #deeds: readonly Deed[] = [];
  #made = 0;

  constructor(perform: (act: Act) => Promise<ActionResult>) {
    this.#perform = perform;
  }

  /** The newest first. The same array until something changes. */
  get deeds(): readonly Deed[] {
    return this.#deeds;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether it was done. */
  do(act: Act, undoes?: number): Promise<boolean> {
    const deed: Deed = { id: ++this.#made, act, state: { kind: "pending" }, ...(undoes === undefined ? {} : { undoes }) };
    this.#set([deed, ...this.#deeds].slice(0, deedsKept));
    return this.#run(deed);
  }

  /** Once more what failed. */
  async again(id: number): Promise<boolean> {
    const deed = this.#deeds.find((one) => one.id === id);
    if (deed?.state.kind !== "failed") return false;
    this.#change(id, { kind: "pending" });
    return await this.#run(deed);
  }

  /** Takes back this one, or the last that can be. False: there is nothing, or it failed. */
  async undo(id?: number): Promise<boolean> {
    const deed = id === undefined ? this.#deeds.find(canBeUndone) : this.#deeds.find((one) => one.id === id && canBeUndone(one));
    const inverse = deed === undefined ? undefined : inverseOfDeed(deed);
    if (deed === undefined || inverse === undefined || deed.state.kind !== "done") return false;
    const { state } = deed;
    // At once, so that a second key takes back the one before.
    this.#change(deed.id, { kind: "undone" });
    const done = await this.do(inverse, deed.id);
    if (!done) this.#change(deed.id, state);
    return done;
  }

  async #run(deed: Deed): Promise<boolean> {
    const result = await this.#perform(deed.act).catch(
      (error: unknown): ActionResult => ({ ok: false, problem: problemOf(error) }),
    );
    this.#change(deed.id, result.ok ? { kind: "done", offset: result.offset } : { kind: "failed", problem: result.problem });
    return result.ok;
  }

  #change(id: number, state: DeedState): void {
    this.#set(this.#deeds.map((deed) => (deed.id === id ? { ...deed, state } : deed)));
  }

  #set(deeds: readonly Deed[]): void {
    this.#deeds = deeds;
    for (const listener of this.#listeners) listener();
  }
}

export function canBeUndone(deed: Deed): boolean {
  return deed.state.kind === "done" && deed.undoes === undefined && inverseOfDeed(deed) !== undefined;
}

function inverseOfDeed({ act, state }: Deed): Act | undefined {
  return inverseOf(act, state.kind === "done" ? state.offset : undefined);
}

/** What a failure is to a moderator, whatever it was. */
export function problemOf(error: unknown): Problem {
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown; message?: unknown };
  return { code: typeof code === "number" ? code : 100, message: typeof message === "string" ? message : String(error) };
}
