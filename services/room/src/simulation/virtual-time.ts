/**
 * Time that passes only when the simulation says so. While a life is lived, the code under test finds it in the place of Node's own
 * clock, timers and randomness, so that nothing has to be passed through for the simulation's sake, and nothing can get past it.
 */
import { setImmediate as nextRound } from "node:timers";
import type { Random } from "@madang/devkit";

/** Whose code runs: its timers stop with it, and its clock may be wrong. */
export interface Scope {
  readonly name: string;
  dead: boolean;
  /** Hung, as by SIGSTOP: what is due for it waits here. Undefined while it runs. */
  held: Due[] | undefined;
  clockOffsetMs: number;
}

export interface Due {
  readonly at: number;
  readonly order: number;
  readonly scope: Scope | undefined;
  fire: (() => void) | undefined;
}

/** Some day, ms since 1970: tags and dedupe need an honest one. */
const startsAt = 1_800_000_000_000;

export class VirtualTime {
  readonly #random: Random;
  readonly #due = new Heap();
  #elapsed = 0;
  #order = 0;
  #ids = 0;
  #turns = 0;
  #scope: Scope | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Ms since the beginning of this life. Never wrong. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** How often anything ran. */
  get turns(): number {
    return this.#turns;
  }

  /** Fires later, in the order of time, unless its scope is dead by then. Once a scope is hung it fires when that goes on. */
  after(ms: number, fire: () => void, scope: Scope | undefined): Due {
    const due = { at: this.#elapsed + Math.max(0, ms), order: ++this.#order, scope, fire };
    this.#due.push(due);
    return due;
  }

  hang(scope: Scope): void {
    scope.held ??= [];
  }

  goOn(scope: Scope): void {
    const held = scope.held ?? [];
    scope.held = undefined;
    for (const { fire } of held) if (fire !== undefined) this.after(0, fire, scope);
  }

  /** Lets time pass. Between two events all promises run that can. False: not there by the deadline. */
  async until(reached: () => boolean, deadline: number): Promise<boolean> {
    while (!reached()) {
      const due = this.#due.peek();
      if (due === undefined || due.at > deadline) {
        this.#elapsed = Math.max(this.#elapsed, Math.min(deadline, Number.MAX_SAFE_INTEGER));
        return false;
      }
      this.#due.pop();
      this.#elapsed = Math.max(this.#elapsed, due.at);
      const { scope, fire } = due;
      if (fire === undefined || scope?.dead) continue;
      if (scope?.held !== undefined) {
        scope.held.push(due);
        continue;
      }
      this.#turns++;
      this.#scope = scope;
      fire();
      await new Promise<void>((resolve) => nextRound(resolve));
      this.#scope = undefined;
    }
    return true;
  }

  /** Takes the place of Node's time and chance until the function returned is called. */
  install(): () => void {
    const { setTimeout, clearTimeout, setImmediate, setInterval } = globalThis;
    const { now } = Date;
    const { random } = Math;
    const performanceNow = performance.now;
    const timer = (fire: () => void, ms = 0) => {
      const due = this.after(ms, fire, this.#scope);
      return Object.assign(due, { unref: () => due });
    };
    Object.assign(globalThis, {
      // Node makes a millisecond of less.
      setTimeout: (fire: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) => timer(() => fire(...args), Math.max(1, ms)),
      setImmediate: (fire: (...args: unknown[]) => void, ...args: unknown[]) => timer(() => fire(...args)),
      clearTimeout: (due: Due | undefined) => {
        if (due !== undefined) due.fire = undefined;
      },
      setInterval: () => {
        throw new Error("a simulated life has no intervals");
      },
    });
    Date.now = () => startsAt + Math.floor(this.#elapsed) + (this.#scope?.clockOffsetMs ?? 0);
    performance.now = () => this.#elapsed;
    Math.random = () => this.#random.next();
    crypto.randomUUID = () => {
      const id = (++this.#ids).toString(16).padStart(8, "0");
      return `${id}-0000-4000-8000-000000000000`;
    };
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout, setImmediate, setInterval });
      Date.now = now;
      Math.random = random;
      performance.now = performanceNow;
      // It shadowed the prototype's own.
      Reflect.deleteProperty(crypto, "randomUUID");
    };
  }
}

/** What is due next, by time and then by order: a binary heap. */
class Heap {
  readonly #items: Due[] = [];

  peek(): Due | undefined {
    return this.#items[0];
  }

  push(due: Due): void {
    const items = this.#items;
    let at = items.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as Due;
      if (!sooner(due, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = due;
  }

  pop(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && sooner(items[child + 1] as Due, items[child] as Due)) child += 1;
      if (!sooner(items[child] as Due, last)) break;
      items[at] = items[child] as Due;
      at = child;
    }
    items[at] = last;
  }
}

const sooner = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.order < b.order);
