/** Those who send hearts: each adds up its taps and sends them once a second, as an SDK does. They watch nothing. */
import { now } from "../comment.ts";
import { openLoop } from "../open-loop.ts";
import { Latencies } from "../statistics.ts";
import { roomName } from "./protocols.ts";
import { Sender } from "./sender.ts";

/** Of each call. Half of what one user may send in a second. */
export const heartsPerCall = 10;
const joinAtOnce = 50;
/** Of so many calls one is made again, as if its answer had been lost. It must be answered the same, and count once. */
const oneAgainOf = 20;

export interface Beaten {
  readonly calls: number;
  readonly sent: number;
  /** As acknowledged. */
  readonly counted: number;
  /** From when a call should have been sent. */
  readonly p50: number;
  readonly p99: number;
  /** Calls that were made again after their answer, and those of them that were answered otherwise. */
  readonly repeated: number;
  readonly unlike: number;
  /** Calls that were made again after a temporary error. */
  readonly retries: number;
}

export class HeartSenders {
  readonly #senders: Sender[] = [];
  #calls = 0;

  /** Spread evenly over the gateways. */
  async connect({ authorities, count }: { authorities: readonly string[]; count: number }): Promise<void> {
    for (let begun = 0; begun < count; begun += joinAtOnce) {
      const some = Array.from({ length: Math.min(joinAtOnce, count - begun) }, (_, place) =>
        Sender.connect({ authority: authorities[(begun + place) % authorities.length] ?? "", verb: "rpc" }),
      );
      this.#senders.push(...(await Promise.all(some)));
    }
  }

  /** Resolves when all is acknowledged. `perSecond`: hearts; as many senders as that takes have their turn once a second. */
  async beat({ start, perSecond, seconds }: { start: number; perSecond: number; seconds: number }): Promise<Beaten> {
    const callsPerS = perSecond / heartsPerCall;
    if (callsPerS > this.#senders.length) throw new Error(`${callsPerS} senders are needed, ${this.#senders.length} are there`);
    const latencies = new Latencies();
    const retries = this.#retries;
    const acks: Promise<number>[] = [];
    let [repeated, unlike] = [0, 0];
    const call = async (sender: Sender, at: number) => {
      const number = this.#calls++;
      const hearts = { channel: roomName(0), id: `h${number}`, count: heartsPerCall };
      const counted = await sender.hearts(hearts);
      latencies.add(now() - at);
      if (number % oneAgainOf === 0) {
        repeated++;
        if ((await sender.hearts(hearts)) !== counted) unlike++;
      }
      return counted;
    };
    const at = Array.from({ length: callsPerS * seconds }, (_, index) => (index * 1000) / callsPerS);
    await openLoop({ start, at, rooms: [] }, ({ index, at }) => {
      const sender = this.#senders[index % callsPerS];
      if (sender !== undefined) acks.push(call(sender, at));
    });
    const counted = (await Promise.all(acks)).reduce((sum, count) => sum + count, 0);
    return {
      calls: acks.length,
      sent: acks.length * heartsPerCall,
      counted,
      ...latencies.summary(),
      repeated,
      unlike,
      retries: this.#retries - retries,
    };
  }

  get #retries(): number {
    return this.#senders.reduce((sum, { retries }) => sum + retries, 0);
  }
}
