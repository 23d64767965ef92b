/**
 * Viewers who lose their server, wait as SDKs do, and come back to another one with the position they had. Each checks every offset:
 * nothing may be missing, and nothing may come twice.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, seeded } from "@madang/devkit";
import { now } from "../comment.ts";
import { clientFrame, payloadsOf } from "../frames.ts";
import { Latencies } from "../statistics.ts";
import { roomName } from "./protocols.ts";
import { Viewer } from "./viewer.ts";

const joinAtOnce = 50;
const patienceMs = 60_000;

interface Options {
  readonly authority: string;
  /** Where they come back to. */
  readonly back: string;
  readonly count: number;
  /** A back-off is a random part of this. */
  readonly backOffMs: number;
  readonly seed: number;
}

export interface Returned {
  /** From the end of the last back-off until the last viewer was live again. */
  readonly lastLiveMs: number;
  /** From the end of each viewer's own back-off until it was live. */
  readonly p50: number;
  readonly p99: number;
  /** Comments that came with the replies. */
  readonly recovered: number;
  /** Viewers who were told that their position is lost, and tries that were refused. */
  readonly notRecovered: number;
  readonly refused: number;
}

export class Returning {
  #clients: Client[] = [];

  async join({ count, seed, ...options }: Options): Promise<void> {
    const random = seeded(seed);
    for (let begun = 0; begun < count; begun += joinAtOnce) {
      const some = Array.from({ length: Math.min(joinAtOnce, count - begun) }, () => new Client({ ...options, random }));
      this.#clients.push(...some);
      await Promise.all(some.map((client) => client.join()));
    }
  }

  /** Resolves once all have lost their server and are live again. @throws Error when that takes longer than a minute */
  async back(): Promise<Returned> {
    const deadline = now() + patienceMs;
    while (!this.#clients.every(({ liveAgainAt }) => liveAgainAt > 0)) {
      if (now() > deadline)
        throw new Error(`${this.#clients.filter(({ liveAgainAt }) => liveAgainAt === 0).length} viewers are not back`);
      await sleep(5);
    }
    const latencies = new Latencies();
    for (const { liveAgainAt, triedAt } of this.#clients) latencies.add(liveAgainAt - triedAt);
    const latest = (times: number[]) => times.reduce((last, time) => Math.max(last, time), 0);
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
    return {
      lastLiveMs:
        latest(this.#clients.map(({ liveAgainAt }) => liveAgainAt)) - latest(this.#clients.map(({ triedAt }) => triedAt)),
      ...latencies.summary(),
      recovered: sum(this.#clients.map(({ recovered }) => recovered)),
      notRecovered: this.#clients.filter(({ notRecovered }) => notRecovered).length,
      refused: sum(this.#clients.map(({ refused }) => refused)),
    };
  }

  /** Of all that was published up to the room's head: what somebody did not see, or saw out of its place. */
  async faults(head: number): Promise<{ behind: number; outOfPlace: number }> {
    const deadline = now() + patienceMs / 10;
    const behind = () => this.#clients.filter(({ offset }) => offset !== head).length;
    while (behind() > 0 && now() < deadline) await sleep(10);
    return { behind: behind(), outOfPlace: this.#clients.reduce((sum, { outOfPlace }) => sum + outOfPlace, 0) };
  }
}

/** What of the protocol a viewer looks at. */
interface Line {
  readonly push?: { readonly pub?: { readonly offset?: number } };
  readonly subscribe?: {
    readonly offset: number;
    readonly epoch: string;
    readonly recovered?: boolean;
    readonly publications?: readonly { readonly offset: number }[];
  };
}

type ClientOptions = Omit<Options, "count" | "seed"> & { readonly random: Random };

class Client {
  readonly #options: ClientOptions;
  #epoch = "";
  #away = false;
  offset = 0;
  outOfPlace = 0;
  recovered = 0;
  refused = 0;
  notRecovered = false;
  /** The end of its last back-off. */
  triedAt = 0;
  liveAgainAt = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  join(): Promise<void> {
    return this.#connect(this.#options.authority, "").joined;
  }

  #connect(authority: string, recovery: string): Viewer {
    const hello = `{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"${roomName(0)}"${recovery}}}`;
    return new Viewer({
      protocol: "centrifuge",
      authority,
      room: 0,
      hello: clientFrame(hello),
      onMessages: (bytes) => this.#handle(bytes),
      onLost: () => void this.#return(),
    });
  }

  async #return(): Promise<void> {
    this.#away = true;
    const { random, backOffMs, back } = this.#options;
    for (;;) {
      await sleep(random.next() * backOffMs);
      this.triedAt = now();
      try {
        await this.#connect(back, `,"recover":true,"offset":${this.offset},"epoch":"${this.#epoch}"`).joined;
        return;
      } catch {
        this.refused++;
      }
    }
  }

  #handle(bytes: Buffer): void {
    for (const payload of payloadsOf(bytes)) {
      for (const text of payload.toString().split("\n")) {
        const line = JSON.parse(text) as Line;
        if (line.subscribe !== undefined) this.#handleJoined(line.subscribe);
        // Counters, which pass by, have none.
        else if (line.push?.pub?.offset !== undefined) this.#see(line.push.pub.offset);
      }
    }
  }

  #handleJoined({ offset, epoch, recovered = false, publications = [] }: NonNullable<Line["subscribe"]>): void {
    this.#epoch = epoch;
    if (!this.#away) {
      this.offset = offset;
      return;
    }
    this.notRecovered ||= !recovered;
    this.recovered += publications.length;
    for (const publication of publications) this.#see(publication.offset);
    this.liveAgainAt = now();
  }

  #see(offset: number): void {
    if (offset !== this.offset + 1) this.outOfPlace++;
    this.offset = offset;
  }
}
