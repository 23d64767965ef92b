/**
 * Whether this connection is good for anything. A connection may be open and deaf, or end at a server that has lost sight of its peers:
 * both look well from here, for nothing comes and nothing fails. So each second a service sends itself a word, and asks who leads; what is
 * found wrong is mended by a new connection, which goes to the next server of the list.
 */
import { limits, type MemberId, subjects } from "@madang/contracts";
import type { Bus, BusSubscription } from "./bus.ts";
import { leadershipOfJetStream, leadershipOfLeases } from "./leadership.ts";

const nothing = new Uint8Array();

export type PulseNews =
  /** What we publish does not come back to us. */
  | { kind: "deaf" }
  /** The server at the other end has no leader to turn to. */
  | { kind: "leaderless" }
  | { kind: "well" };

export interface PulseOptions {
  bus: Pick<Bus, "connected" | "publish" | "subscribe" | "request" | "reconnect">;
  self: MemberId;
  report: (news: PulseNews) => void;
}

export class Pulse {
  readonly #options: PulseOptions;
  readonly #subscription: BusSubscription;
  #timer: NodeJS.Timeout | undefined;
  // In beats and not in time: a process that was frozen has missed none.
  #unheard = 0;
  #unanswered = 0;
  #leaderless = 0;
  #leasesLeaderless = 0;
  /** For the sake of the leases it has changed its server since they were led last. */
  #leftForLeases = false;
  /** Of the present connection. */
  #age = 0;
  #asking = false;
  #told: PulseNews["kind"] = "well";

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#subscription = options.bus.subscribe(subjects.pulse(options.self), () => {
      this.#unheard = 0;
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.beat(), limits.pulseEveryMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#subscription.close();
  }

  /** Connected, hearing, and on the side that decides. */
  get good(): boolean {
    return (
      this.#options.bus.connected && this.#unheard <= limits.pulseUnheardBeats && this.#unanswered <= limits.pulseUnansweredBeats
    );
  }

  /** Once a second. */
  beat(): void {
    const { bus, self } = this.#options;
    if (!bus.connected) {
      // It connects anew by itself: there is nothing to find out.
      this.#age = 0;
      return;
    }
    // A new connection has as long as the old one had.
    this.#age++;
    if (Math.min(this.#age, this.#unheard) > limits.pulseUnheardBeats) return this.#mend("deaf");
    if (Math.min(this.#age, this.#leaderless) > limits.pulseLeaderlessBeats) return this.#mend("leaderless");
    if (!this.#leftForLeases && Math.min(this.#age, this.#leasesLeaderless) > limits.pulseLeaderlessBeats) {
      this.#leftForLeases = true;
      return this.#mend("leaderless");
    }
    if (this.good) this.#tell("well");
    this.#unheard++;
    bus.publish(subjects.pulse(self), nothing);
    this.#unanswered++;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    // A server that led all of JetStream when it lost its peers says for up to 20 s that it still does. Of the leases it knows better. If the
    // next one says the same of them, it is not the server: then they have lost too many copies, and to go round and round mends nothing.
    const { bus } = this.#options;
    const [jetStream, leases] = await Promise.all([leadershipOfJetStream(bus), leadershipOfLeases(bus)]);
    this.#asking = false;
    if (jetStream === "leaderless") this.#leaderless++;
    else if (jetStream === "led") {
      this.#unanswered = 0;
      this.#leaderless = 0;
    }
    if (leases === "leaderless") this.#leasesLeaderless++;
    else if (leases === "led") {
      this.#leasesLeaderless = 0;
      this.#leftForLeases = false;
    }
  }

  #mend(what: "deaf" | "leaderless"): void {
    this.#tell(what);
    this.#age = 0;
    this.#options.bus.reconnect();
  }

  #tell(kind: PulseNews["kind"]): void {
    if (kind === this.#told) return;
    this.#told = kind;
    this.#options.report({ kind });
  }
}
