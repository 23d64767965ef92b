/**
 * What becomes of sockets when NATS is gone. They are kept a while, for a broker that restarts is soon back and recovery is cheaper than
 * a thousand connections that come anew; then they are sent away, for another gateway may be better off.
 */
import { limits } from "@madang/contracts";

export interface OutageOptions {
  /** Whether this gateway can do its work. */
  good: () => boolean;
  keepMs: number;
  /** Closes all sockets in slices, until the signal aborts. */
  closeAll: (signal: AbortSignal) => Promise<void>;
  report: (news: OutageNews) => void;
  /** Monotonic, ms. */
  now?: () => number;
}

export type OutageNews = "began" | "closing" | "over";

type State = { kind: "well" } | { kind: "out"; since: number } | { kind: "closing"; over: AbortController };

export class Outage {
  readonly #options: Required<OutageOptions>;
  #state: State = { kind: "well" };
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OutageOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), limits.outageLookMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#state.kind === "closing") this.#state.over.abort();
  }

  look(): void {
    const { good, keepMs, report, now } = this.#options;
    const state = this.#state;
    if (good()) {
      if (state.kind === "well") return;
      // Those that are still here may stay.
      if (state.kind === "closing") state.over.abort();
      this.#state = { kind: "well" };
      report("over");
    } else if (state.kind === "well") {
      this.#state = { kind: "out", since: now() };
      report("began");
    } else if (state.kind === "out" && now() - state.since >= keepMs) {
      const over = new AbortController();
      this.#state = { kind: "closing", over };
      report("closing");
      void this.#options.closeAll(over.signal);
    }
  }
}
