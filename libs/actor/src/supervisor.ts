import type { ActorRef, EndReason, Life, Rejection } from "./behavior.ts";
import { TimedOut } from "./behavior.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { ActorLimits } from "./limits.ts";
import type { RunQueue } from "./run-queue.ts";

/** Where in an actor's life something failed: in what it does, or in what its owner's callbacks do. */
export type FailurePhase = "start" | "message";
export type CallbackName = "reject" | "deadLetter" | "onFailure" | "idle" | "close";

/** What the owner of a directory provides. */
export interface SupervisorOptions<K extends string, M> {
  /** Builds one incarnation (rebuilds state). Messages wait in the bounded mailbox meanwhile. */
  start(key: K, self: ActorRef<M>): Life<M> | Promise<Life<M>>;
  /** Told exactly once for each message that will never be handled. */
  reject(message: M, why: Rejection, key: K): void;
  /**
   * What to do when start or a behaviour throws. "restart" (the default) follows the restart policy; "stop" rejects all
   * waiting messages as unavailable and forgets the actor: the next message starts afresh.
   */
  onFailure?(error: unknown, at: { key: K; phase: FailurePhase }): "restart" | "stop";
  /** A message that failed `maxAttempts` times, before it is rejected as poisoned. */
  deadLetter?(key: K, message: M, error: unknown): void;
  /** What a callback threw, and the failures of actors where there is no `onFailure` to hear of them. Default: console.error. */
  onError?(error: unknown, at: { key: K; where: CallbackName | FailurePhase }): void;
}

export interface Counts {
  handled: number;
  starts: number;
  restarts: number;
  passivated: number;
  deadLetters: number;
  readonly rejected: Record<Rejection["kind"], number>;
}

/** What the actors of one directory share: the owner's callbacks, made safe and counted, and the means to live. */
export class Supervisor<K extends string, M> {
  readonly limits: ActorLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly queue: RunQueue;
  /** An actor has ended and leaves the directory. */
  readonly forget: (key: K) => void;
  readonly counts: Counts = {
    handled: 0,
    starts: 0,
    restarts: 0,
    passivated: 0,
    deadLetters: 0,
    rejected: { overloaded: 0, quarantined: 0, draining: 0, poisoned: 0, unavailable: 0, stale: 0 },
  };
  readonly #owner: SupervisorOptions<K, M>;

  constructor(
    owner: SupervisorOptions<K, M>,
    means: { limits: ActorLimits; clock: Clock; random: () => number; queue: RunQueue; forget: (key: K) => void },
  ) {
    this.#owner = owner;
    this.limits = means.limits;
    this.clock = means.clock;
    this.random = means.random;
    this.queue = means.queue;
    this.forget = means.forget;
  }

  /**
   * Calls `started` or `failed`, at the deadline `failed`. A life that comes after that is handed over all the same:
   * somebody has to close it. Cancelling drops the deadline.
   */
  start(key: K, self: ActorRef<M>, tell: { started(life: Life<M>): void; failed(error: unknown): void }): Cancel {
    this.counts.starts += 1;
    const { startTimeoutMs } = this.limits;
    const cancelDeadline = this.clock.setTimer(startTimeoutMs, () => tell.failed(new TimedOut("start", startTimeoutMs)));
    const started = (life: Life<M>) => {
      cancelDeadline();
      tell.started(life);
    };
    const failed = (error: unknown) => {
      cancelDeadline();
      tell.failed(error);
    };
    let life: Life<M> | Promise<Life<M>>;
    try {
      life = this.#owner.start(key, self);
    } catch (thrown) {
      failed(thrown);
      return cancelDeadline;
    }
    if ("behavior" in life) started(life);
    else life.then(started, failed);
    return cancelDeadline;
  }

  decide(error: unknown, at: { key: K; phase: FailurePhase }): "restart" | "stop" {
    if (this.#owner.onFailure === undefined) {
      this.report(error, { key: at.key, where: at.phase });
      return "restart";
    }
    try {
      return this.#owner.onFailure(error, at);
    } catch (thrown) {
      this.report(thrown, { key: at.key, where: "onFailure" });
      return "restart";
    }
  }

  reject(message: M, why: Rejection, key: K): void {
    this.counts.rejected[why.kind] += 1;
    try {
      this.#owner.reject(message, why, key);
    } catch (thrown) {
      this.report(thrown, { key, where: "reject" });
    }
  }

  bury(message: M, cause: unknown, key: K): void {
    this.counts.deadLetters += 1;
    try {
      this.#owner.deadLetter?.(key, message, cause);
    } catch (thrown) {
      this.report(thrown, { key, where: "deadLetter" });
    }
    this.reject(message, { kind: "poisoned", cause }, key);
  }

  idle(life: Life<M>, key: K): boolean {
    try {
      return life.idle?.() ?? true;
    } catch (thrown) {
      // An actor that cannot say so is kept: staying too long costs memory, leaving too early could cost a message.
      this.report(thrown, { key, where: "idle" });
      return false;
    }
  }

  /** Calls `closed` once: when the life has closed, however badly, or has used up its time. Cancelling drops the deadline. */
  close(life: Life<M>, end: { key: K; reason: EndReason; closed: () => void }): Cancel {
    const { key, reason } = end;
    const report = (error: unknown) => this.report(error, { key, where: "close" });
    const begin = () => {
      try {
        return life.close?.(reason);
      } catch (thrown) {
        return report(thrown);
      }
    };
    const closing = begin();
    if (!(closing instanceof Promise)) {
      end.closed();
      return () => {};
    }
    let closed = end.closed;
    const once = () => {
      cancelDeadline();
      closed();
      closed = () => {};
    };
    const { closeTimeoutMs } = this.limits;
    const cancelDeadline = this.clock.setTimer(closeTimeoutMs, () => {
      report(new TimedOut("close", closeTimeoutMs));
      once();
    });
    closing.then(once, (error: unknown) => {
      report(error);
      once();
    });
    return cancelDeadline;
  }

  report(error: unknown, at: { key: K; where: CallbackName | FailurePhase }): void {
    try {
      if (this.#owner.onError) this.#owner.onError(error, at);
      else console.error(`actor ${at.key}: ${at.where} failed`, error);
    } catch (thrown) {
      console.error(`actor ${at.key}: onError failed`, thrown, error);
    }
  }
}
