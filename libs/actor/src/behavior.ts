/** What an actor is made of, and the words it has for the end of a message or of itself. */

/** What an actor does with one message. The next message waits until it has returned, or its promise has settled. */
export type Behavior<M> = (message: M) => Next<M> | Promise<Next<M>>;

/** Nothing keeps the behaviour, another behaviour changes it, `"stopped"` ends this incarnation. */
// biome-ignore lint/suspicious/noConfusingVoidType: a behaviour without a return statement is the common case.
export type Next<M> = Behavior<M> | "stopped" | void;

export type EndReason = "passivated" | "drained" | "stopped" | "failed";

/** One incarnation of an actor. */
export interface Life<M> {
  behavior: Behavior<M>;
  /** False while something is still on its way (a commit in flight): such an actor is not passivated. */
  idle?(): boolean;
  /**
   * Called once when this incarnation ends, whatever the reason. A new one of the same key starts only after it has
   * settled, or after `closeTimeoutMs`. `stopped`, `drained`: the mailbox is finished, and what is still on its way is to be
   * finished here. `failed`: nothing of this incarnation counts any more. At a missed deadline a behaviour may still be
   * awaiting something when this is called.
   */
  close?(reason: EndReason): void | Promise<void>;
}

/** An actor's own address, valid from its `start` until its incarnation ends. Its functions may be passed on alone. */
export interface ActorRef<M> {
  /** Also taken while the directory drains. From an incarnation that is over it comes back as `stale`. */
  tell(message: M): void;
  /** Passes ahead of ordinary messages. */
  control(message: M): void;
  /**
   * This incarnation has lost its ground (its log was fenced): ends it as if its behaviour had thrown, after the message in
   * hand. From an incarnation that is over it is ignored.
   */
  fail(error: unknown): void;
}

/** Why a message will never be handled. */
export type Rejection =
  /** The mailbox is full. */
  | { kind: "overloaded" }
  /** The actor failed too often. */
  | { kind: "quarantined" }
  /** The directory takes nothing new, or ran out of time to finish. Of a message in hand at that moment the outcome is unknown. */
  | { kind: "draining" }
  /** This message failed `maxAttempts` times. */
  | { kind: "poisoned"; cause: unknown }
  /** The actor failed and the policy said stop. */
  | { kind: "unavailable"; cause: unknown }
  /** Told through its own ref by an incarnation that is over. */
  | { kind: "stale" };

/** Something the kernel waited for did not come in time. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
  readonly phase: "start" | "message" | "close";

  constructor(phase: "start" | "message" | "close", afterMs: number) {
    super(`${phase} took longer than ${afterMs} ms`);
    this.phase = phase;
  }
}
