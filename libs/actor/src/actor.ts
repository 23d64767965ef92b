import type { AfterClosing, AwaitedHand, Closing, Finishing, Hand, Running, Starting, State } from "./actor-state.ts";
import type { ActorRef, EndReason, Life, Next, Rejection } from "./behavior.ts";
import { TimedOut } from "./behavior.ts";
import { Mailbox } from "./mailbox.ts";
import { afterFailure, type FailureTimes, onTrial } from "./restart-policy.ts";
import type { Runnable } from "./run-queue.ts";
import type { FailurePhase, Supervisor } from "./supervisor.ts";

export interface ActorView<K extends string> {
  readonly key: K;
  readonly state: Exclude<State<never>["kind"], "gone">;
  readonly depth: number;
  readonly restarts: number;
  /** How long it has had nothing to do; undefined: it has, or does not run. */
  readonly quietMs: number | undefined;
  /** The last one, since it came into memory. */
  readonly failure: { readonly error: unknown; readonly phase: FailurePhase; readonly agoMs: number } | undefined;
  /** How long it is still in quarantine: then the next message is its trial. */
  readonly quarantineLeftMs: number | undefined;
}

/**
 * One key's life, through all its incarnations: born with its first message, gone when nothing is left of it. A state
 * object is the identity of its moment: whatever comes back late (a start, a promise, a timer) finds another one and is ignored.
 */
export class Actor<K extends string, M> implements Runnable {
  readonly key: K;
  readonly #supervisor: Supervisor<K, M>;
  readonly #mailbox: Mailbox<M>;
  #state: State<M>;
  #queued = false;
  #finishing: Finishing | undefined;
  #failures: FailureTimes = [];
  #lastFailure: { readonly error: unknown; readonly phase: FailurePhase; readonly at: number } | undefined;
  #restarts = 0;
  /** Tells incarnations apart for their refs, from the moment a start is due. */
  #incarnation = 0;

  constructor(key: K, supervisor: Supervisor<K, M>) {
    this.key = key;
    this.#supervisor = supervisor;
    this.#mailbox = new Mailbox({ control: supervisor.limits.controlSize, ordinary: supervisor.limits.mailboxSize });
    this.#state = { kind: "gone" };
    this.#awake();
  }

  // ── From outside ──────────────────────────────────────────────────────────────────────────────────────────────────

  accept(message: M, lane: "ordinary" | "control"): void {
    const state = this.#state;
    if (this.quarantined) {
      if (state.kind !== "quarantined" || this.#supervisor.clock.now() < state.until) {
        this.#reject(message, { kind: "quarantined" });
        return;
      }
      this.#failures = onTrial(this.#supervisor.clock.now(), this.#supervisor.limits.restart);
      this.#awake();
    }
    const taken = lane === "control" ? this.#mailbox.offerControl(message) : this.#mailbox.offer(message);
    if (!taken) this.#reject(message, { kind: "overloaded" });
    else if (state.kind === "running" && state.hand === undefined) this.#wake();
  }

  /** Whether a message told now meets the present incarnation, or the one that is about to replace it after a failure. */
  get alive(): boolean {
    const { kind } = this.#state;
    return kind === "running" || kind === "starting" || kind === "restarting";
  }

  get quarantined(): boolean {
    const state = this.#state;
    return state.kind === "quarantined" || (state.kind === "closing" && state.next.kind === "quarantine");
  }

  /** Ends the quarantine and forgets why it was. */
  release(): void {
    this.#failures = [];
    if (this.#state.kind === "closing") this.#state.next = { kind: "sleep" };
    else this.#gone();
  }

  /** Ends gracefully. A stop finishes what is in the mailbox now, a drain also what the actor still tells itself. */
  finish(reason: "stopped" | "drained"): Promise<void> {
    const draining = reason === "drained" || this.#finishing?.reason === "drained";
    const done = this.#finishing?.done ?? Promise.withResolvers<void>();
    this.#finishing = { reason: draining ? "drained" : reason, mark: draining ? undefined : this.#mailbox.mark(), done };
    const state = this.#state;
    if (state.kind === "quarantined") this.#settleQuarantined();
    else if (state.kind === "restarting" && this.#finished()) this.#gone();
    else if (state.kind === "running" && state.hand === undefined) this.#wake();
    return done.promise;
  }

  /** Out of time: what waits is rejected, what lives is closed without waiting for it. */
  abandon(): void {
    const state = this.#state;
    const hand = state.kind === "running" ? state.hand : undefined;
    this.#gone();
    if (state.kind === "running") this.#closeUnwatched(state.life, "drained");
    if (hand !== undefined) this.#reject(hand.message, { kind: "draining" });
    for (const message of this.#mailbox.takeAll()) this.#reject(message, { kind: "draining" });
  }

  /** What the directory's one timer does for each actor, instead of a timer in each. */
  sweep(now: number): void {
    const state = this.#state;
    const { idleAfterMs, messageTimeoutMs, restart } = this.#supervisor.limits;
    if (this.#mailbox.depth === 0) this.#mailbox.trim();
    if (state.kind === "quarantined") {
      // Nobody wanted it, not even for a trial.
      if (now >= state.until + restart.quarantineMs) this.#gone();
    } else if (state.kind === "running" && state.hand !== undefined) {
      if (now - state.hand.since < messageTimeoutMs) return;
      this.#messageFailed(state, state.hand, new TimedOut("message", messageTimeoutMs));
    } else if (state.kind === "running" && !this.#queued && now - state.quietSince >= idleAfterMs) {
      if (!this.#supervisor.idle(state.life, this.key)) return;
      this.#supervisor.counts.passivated += 1;
      this.#close(state.life, "passivated", { kind: "sleep" });
    }
  }

  view(): ActorView<K> | undefined {
    const state = this.#state;
    if (state.kind === "gone") return undefined;
    const now = this.#supervisor.clock.now();
    const inHand = state.kind === "running" && state.hand !== undefined ? 1 : 0;
    const depth = this.#mailbox.depth + inHand;
    const last = this.#lastFailure;
    return {
      key: this.key,
      state: state.kind,
      depth,
      restarts: this.#restarts,
      quietMs: state.kind === "running" && depth === 0 ? Math.max(0, now - state.quietSince) : undefined,
      failure: last && { error: last.error, phase: last.phase, agoMs: now - last.at },
      quarantineLeftMs: state.kind === "quarantined" ? Math.max(0, state.until - now) : undefined,
    };
  }

  // ── Turns ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  run(): number {
    this.#queued = false;
    const state = this.#state;
    switch (state.kind) {
      case "starting":
        if (state.cancelDeadline === undefined) this.#start(state);
        return 1;
      case "running":
        return state.hand === undefined ? this.#turn(state, this.#supervisor.limits.messagesPerTurn) : 0;
      case "closing":
      case "restarting":
      case "quarantined":
      case "gone":
        return 0;
      default:
        return state satisfies never;
    }
  }

  #wake(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.#supervisor.queue.add(this);
  }

  /** Handles messages until none is left, the budget is used up, or one has to be awaited. */
  #turn(state: Running<M>, budget: number): number {
    let handled = 0;
    // Not quiet at all until the turn ends, whatever timers fire meanwhile.
    state.quietSince = Number.POSITIVE_INFINITY;
    while (handled < budget && state.failure === undefined && this.#hasWork()) {
      const message = this.#mailbox.take();
      const { attempts } = this.#mailbox;
      handled += 1;
      let next: Next<M> | Promise<Next<M>>;
      try {
        next = state.behavior(message);
      } catch (error) {
        this.#messageFailed(state, { message, attempts }, error);
        return handled;
      }
      if (typeof next === "object" && next !== null) {
        this.#await(state, next, { message, attempts, since: this.#supervisor.clock.now(), budget: budget - handled });
        return handled;
      }
      if (!this.#goOn(state, next)) return handled;
    }
    this.#endTurn(state);
    return handled;
  }

  #endTurn(state: Running<M>): void {
    state.quietSince = this.#supervisor.clock.now();
    if (state.failure !== undefined) this.#failed(state.failure.error, { phase: "message", life: state.life });
    else if (this.#finishing !== undefined && this.#finished())
      this.#close(state.life, this.#finishing.reason, { kind: "sleep" });
    else if (this.#hasWork()) this.#wake();
  }

  #await(state: Running<M>, next: Promise<Next<M>>, hand: AwaitedHand<M>): void {
    state.hand = hand;
    // A promise of another make may call back twice or at once; one of Node's own passes through as it is.
    Promise.resolve(next).then(
      (settled) => {
        if (this.#state !== state || state.hand !== hand) return;
        state.hand = undefined;
        if (this.#goOn(state, settled)) this.#turn(state, hand.budget);
      },
      (error: unknown) => {
        if (this.#state === state && state.hand === hand) this.#messageFailed(state, hand, error);
      },
    );
  }

  /** Takes the answer of a behaviour: the message is handled. False: this incarnation is over. */
  #goOn(state: Running<M>, next: Next<M>): boolean {
    this.#supervisor.counts.handled += 1;
    if (next === "stopped") this.#close(state.life, "stopped", { kind: "sleep" });
    else if (typeof next === "function") state.behavior = next;
    return next !== "stopped";
  }

  #hasWork(): boolean {
    return this.#mailbox.depth > 0 && !this.#finished();
  }

  /** Whether somebody wants this actor to end, and nothing is left to do first. */
  #finished(): boolean {
    if (this.#finishing === undefined) return false;
    const { mark } = this.#finishing;
    return mark === undefined ? this.#mailbox.depth === 0 : this.#mailbox.passed(mark);
  }

  // ── Beginnings ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A start is due. It is called in a turn of its own, so that a start that throws cannot throw into whoever told. */
  #awake(): void {
    this.#incarnation += 1;
    this.#state = { kind: "starting", cancelDeadline: undefined };
    this.#wake();
  }

  #start(state: Starting): void {
    state.cancelDeadline = this.#supervisor.start(this.key, this.#ref(this.#incarnation), {
      started: (life) => this.#started(state, life),
      failed: (error) => this.#startFailed(state, error),
    });
  }

  #started(state: Starting, life: Life<M>): void {
    if (this.#state !== state) {
      this.#closeUnwatched(life, "failed");
      return;
    }
    const now = this.#supervisor.clock.now();
    this.#state = { kind: "running", life, behavior: life.behavior, hand: undefined, failure: undefined, quietSince: now };
    this.#endTurn(this.#state);
  }

  #ref(incarnation: number): ActorRef<M> {
    const current = () => {
      const { kind } = this.#state;
      return this.#incarnation === incarnation && (kind === "starting" || kind === "running");
    };
    const tell = (message: M, lane: "ordinary" | "control") => {
      if (current()) this.accept(message, lane);
      else this.#reject(message, { kind: "stale" });
    };
    return {
      tell: (message) => tell(message, "ordinary"),
      control: (message) => tell(message, "control"),
      fail: (error) => {
        if (current()) this.#fail(error);
      },
    };
  }

  #fail(error: unknown): void {
    const state = this.#state;
    if (state.kind === "starting") this.#startFailed(state, error);
    if (state.kind !== "running") return;
    state.failure ??= { error };
    // With a message in hand the end waits for it: a behaviour still under way and a new incarnation would be two at a time.
    if (state.hand === undefined) this.#wake();
  }

  // ── Failures ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #startFailed(state: Starting, error: unknown): void {
    if (this.#state !== state) return;
    state.cancelDeadline?.();
    this.#failed(error, { phase: "start" });
  }

  #messageFailed(state: Running<M>, hand: Hand<M>, error: unknown): void {
    this.#failed(error, { phase: "message", life: state.life, hand });
  }

  /** One place decides about every failure. Callbacks come last, when the actor is already what it will be. */
  #failed(error: unknown, at: { phase: FailurePhase; life?: Life<M>; hand?: Hand<M> }): void {
    const { limits, clock, random } = this.#supervisor;
    const { life, hand } = at;
    this.#lastFailure = { error, phase: at.phase, at: clock.now() };
    // Over already while it is being decided on: its ref is stale, and what arrives waits.
    this.#state = closing("failed", { kind: "sleep" });
    if (this.#supervisor.decide(error, { key: this.key, phase: at.phase }) === "stop") {
      this.#giveUp({ kind: "unavailable", cause: error }, { life, hand, next: { kind: "sleep" } });
      return;
    }
    const attempts = hand === undefined ? 0 : hand.attempts + 1;
    const poisoned = attempts >= limits.maxAttempts;
    const decision = afterFailure(this.#failures, { now: clock.now(), random }, limits.restart);
    if (decision.kind === "quarantine") {
      this.#giveUp({ kind: "quarantined" }, { life, hand: poisoned ? undefined : hand, next: decision });
    } else {
      if (hand !== undefined && !poisoned) this.#mailbox.putBack({ message: hand.message, attempts });
      this.#failures = decision.failures;
      this.#close(life, "failed", decision);
    }
    if (hand !== undefined && poisoned) this.#supervisor.bury(hand.message, error, this.key);
  }

  /** Rejects all that waits. Taken out before anyone is told: a callback may tell the same actor again. */
  #giveUp(why: Rejection, at: { life: Life<M> | undefined; hand: Hand<M> | undefined; next: AfterClosing }): void {
    const waiting = this.#mailbox.takeAll();
    this.#close(at.life, "failed", at.next);
    if (at.hand !== undefined) this.#reject(at.hand.message, why);
    for (const message of waiting) this.#reject(message, why);
  }

  // ── Endings ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #close(life: Life<M> | undefined, reason: EndReason, next: AfterClosing): void {
    const state = closing(reason, next);
    this.#state = state;
    if (life === undefined) this.#closed(state);
    else {
      const closed = () => this.#closed(state);
      state.cancelDeadline = this.#supervisor.close(life, { key: this.key, reason, closed });
    }
  }

  #closeUnwatched(life: Life<M>, reason: EndReason): void {
    this.#supervisor.close(life, { key: this.key, reason, closed: () => {} })();
  }

  #closed(state: Closing): void {
    if (this.#state !== state) return;
    const { next } = state;
    switch (next.kind) {
      case "quarantine":
        this.#state = { kind: "quarantined", until: next.until };
        if (this.#finishing !== undefined) this.#settleQuarantined();
        return;
      case "restart":
        if (!this.#finished()) this.#restartAfter(next.afterMs);
        else if (this.#mailbox.depth === 0) this.#gone();
        else {
          // Told after the stop: for the next incarnation, which has to wait its time all the same.
          this.#resolveFinishing();
          this.#restartAfter(next.afterMs);
        }
        return;
      case "sleep":
        this.#sleep();
        return;
      default:
        next satisfies never;
    }
  }

  #restartAfter(waitMs: number): void {
    const cancelTimer = this.#supervisor.clock.setTimer(waitMs, () => {
      if (this.#state !== state) return;
      this.#restarts += 1;
      this.#supervisor.counts.restarts += 1;
      this.#awake();
    });
    const state: State<M> = { kind: "restarting", cancelTimer };
    this.#state = state;
  }

  /** The incarnation is over and nothing is wrong. What arrived meanwhile is for the next one. */
  #sleep(): void {
    if (this.#finished()) this.#resolveFinishing();
    if (this.#mailbox.depth > 0) this.#awake();
    else this.#gone();
  }

  #settleQuarantined(): void {
    if (this.#finishing?.reason === "drained") this.#gone();
    else this.#resolveFinishing();
  }

  #resolveFinishing(): void {
    this.#finishing?.done.resolve();
    this.#finishing = undefined;
  }

  #gone(): void {
    const state = this.#state;
    if (state.kind === "closing" || state.kind === "starting") state.cancelDeadline?.();
    else if (state.kind === "restarting") state.cancelTimer();
    this.#state = { kind: "gone" };
    this.#supervisor.forget(this.key);
    this.#resolveFinishing();
  }

  #reject(message: M, why: Rejection): void {
    this.#supervisor.reject(message, why, this.key);
  }
}

function closing(reason: EndReason, next: AfterClosing): Closing {
  return { kind: "closing", reason, next, cancelDeadline: () => {} };
}
