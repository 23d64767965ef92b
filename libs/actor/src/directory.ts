import { Actor, type ActorView } from "./actor.ts";
import type { Rejection } from "./behavior.ts";
import { type Cancel, type Clock, systemClock } from "./clock.ts";
import { type ActorLimits, actorLimits, type LimitOptions } from "./limits.ts";
import { RunQueue } from "./run-queue.ts";
import { type Counts, Supervisor, type SupervisorOptions } from "./supervisor.ts";

export interface DirectoryOptions<K extends string, M> extends SupervisorOptions<K, M> {
  limits?: LimitOptions;
  clock?: Clock;
  /** From 0 up to 1. */
  random?: () => number;
}

export interface DirectoryStats extends Readonly<Omit<Counts, "rejected">> {
  readonly actors: number;
  readonly states: Readonly<Record<ActorView<string>["state"], number>>;
  readonly rejected: Readonly<Record<Rejection["kind"], number>>;
  /** Messages that wait or are in hand. */
  readonly depth: { readonly total: number; readonly max: number };
}

/**
 * Who lives under which key. An actor starts with its first message and is passivated when quiet, and nobody outside can
 * tell: to those who tell, every key is always there. Each message told is handled or rejected, exactly once.
 */
export class Directory<K extends string, M> {
  readonly #actors = new Map<K, Actor<K, M>>();
  readonly #supervisor: Supervisor<K, M>;
  readonly #limits: ActorLimits;
  readonly #clock: Clock;
  readonly #sweepEveryMs: number;
  #cancelSweep: Cancel | undefined;
  #draining = false;

  constructor(options: DirectoryOptions<K, M>) {
    this.#limits = actorLimits(options.limits);
    this.#clock = options.clock ?? systemClock;
    this.#sweepEveryMs = Math.max(1, Math.min(this.#limits.idleAfterMs, this.#limits.messageTimeoutMs) / 4);
    this.#supervisor = new Supervisor(options, {
      limits: this.#limits,
      clock: this.#clock,
      random: options.random ?? Math.random,
      queue: new RunQueue(this.#limits.messagesPerTick),
      forget: (key) => this.#forget(key),
    });
  }

  /** Never throws and never runs a behaviour by itself. A refusal comes through `reject`, possibly before this returns. */
  tell(key: K, message: M): void {
    this.#deliver(key, message, "ordinary");
  }

  /** Passes ahead of ordinary messages. */
  control(key: K, message: M): void {
    this.#deliver(key, message, "control");
  }

  /** Wakes nobody. False: it does not run, and the message was not told. */
  tellIfRunning(key: K, message: M): boolean {
    const actor = this.#actors.get(key);
    if (this.#draining || actor === undefined || !actor.alive) return false;
    actor.accept(message, "ordinary");
    return true;
  }

  /** Every actor in memory, those in quarantine included. */
  keys(): Iterable<K> {
    return this.#actors.keys();
  }

  get size(): number {
    return this.#actors.size;
  }

  /** Lets an actor out of quarantine with a clean slate. False: it was not there. */
  release(key: K): boolean {
    const actor = this.#actors.get(key);
    if (actor === undefined || !actor.quarantined) return false;
    actor.release();
    return true;
  }

  /** Finishes what is in the mailbox and closes. What is told later waits for the next incarnation. A quarantine stays. */
  async stop(key: K): Promise<void> {
    await this.#actors.get(key)?.finish("stopped");
  }

  /**
   * Takes nothing new, finishes what mailboxes hold and what actors still tell themselves, closes every actor. What is
   * left at the deadline is rejected as draining and closed without waiting.
   */
  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true;
    const finished = Promise.all([...this.#actors.values()].map((actor) => actor.finish("drained")));
    let cancel: Cancel = () => {};
    const deadline = new Promise<void>((resolve) => {
      cancel = this.#clock.setTimer(deadlineMs, resolve);
    });
    await Promise.race([finished, deadline]);
    cancel();
    for (const actor of [...this.#actors.values()]) actor.abandon();
  }

  inspect(): ActorView<K>[] {
    return [...this.#actors.values()].flatMap((actor) => actor.view() ?? []);
  }

  stats(): DirectoryStats {
    const states = { starting: 0, running: 0, restarting: 0, closing: 0, quarantined: 0 };
    let total = 0;
    let max = 0;
    for (const { state, depth } of this.inspect()) {
      states[state] += 1;
      total += depth;
      max = Math.max(max, depth);
    }
    const { counts } = this.#supervisor;
    return { ...counts, rejected: { ...counts.rejected }, actors: this.#actors.size, states, depth: { total, max } };
  }

  #deliver(key: K, message: M, lane: "ordinary" | "control"): void {
    if (this.#draining) this.#supervisor.reject(message, { kind: "draining" }, key);
    else (this.#actors.get(key) ?? this.#create(key)).accept(message, lane);
  }

  #create(key: K): Actor<K, M> {
    const actor = new Actor(key, this.#supervisor);
    this.#actors.set(key, actor);
    this.#armSweep();
    return actor;
  }

  #forget(key: K): void {
    this.#actors.delete(key);
    if (this.#actors.size > 0) return;
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  /** One timer for all, and none while nobody is here. */
  #armSweep(): void {
    if (this.#cancelSweep !== undefined || this.#sweepEveryMs === Number.POSITIVE_INFINITY) return;
    this.#cancelSweep = this.#clock.setTimer(this.#sweepEveryMs, () => {
      this.#cancelSweep = undefined;
      const now = this.#clock.now();
      for (const actor of this.#actors.values()) actor.sweep(now);
      if (this.#actors.size > 0) this.#armSweep();
    });
  }
}
