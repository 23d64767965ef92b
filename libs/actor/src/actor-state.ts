import type { Behavior, EndReason, Life } from "./behavior.ts";
import type { Cancel } from "./clock.ts";
import type { Mark } from "./mailbox.ts";

/** The states of an actor. Each has the fields that exist in that state, and what it waits for can be cancelled. */

/** A message that was taken out of the mailbox and is neither handled nor rejected yet. */
export interface Hand<M> {
  readonly message: M;
  /** How often it had failed before. */
  readonly attempts: number;
}

export interface AwaitedHand<M> extends Hand<M> {
  readonly since: number;
  /** What is left of the turn in which it began. */
  readonly budget: number;
}

export interface Starting {
  readonly kind: "starting";
  /** Undefined until the turn in which `start` is called. */
  cancelDeadline: Cancel | undefined;
}

export interface Running<M> {
  readonly kind: "running";
  readonly life: Life<M>;
  behavior: Behavior<M>;
  /** The message whose behaviour returned a promise that has not settled. */
  hand: AwaitedHand<M> | undefined;
  /** Set by `fail`: the incarnation ends before the next message. */
  failure: { readonly error: unknown } | undefined;
  quietSince: number;
}

export type AfterClosing =
  | { readonly kind: "sleep" }
  | { readonly kind: "restart"; readonly afterMs: number }
  | { readonly kind: "quarantine"; readonly until: number };

export interface Closing {
  readonly kind: "closing";
  readonly reason: EndReason;
  next: AfterClosing;
  cancelDeadline: Cancel;
}

export type State<M> =
  | Starting
  | Running<M>
  | Closing
  | { readonly kind: "restarting"; readonly cancelTimer: Cancel }
  | { readonly kind: "quarantined"; readonly until: number }
  | { readonly kind: "gone" };

/** A wish to end: what is in the mailbox up to the mark (all of it, without one) is handled first. */
export interface Finishing {
  readonly reason: "stopped" | "drained";
  readonly mark: Mark | undefined;
  readonly done: PromiseWithResolvers<void>;
}
