/** Those who talk: at given times, or each as fast as it is answered. */
import { setTimeout as sleep } from "node:timers/promises";
import { comment, now } from "../comment.ts";
import { openLoop } from "../open-loop.ts";
import type { Schedule } from "../schedule.ts";
import { Latencies } from "../statistics.ts";
import { roomName } from "./protocols.ts";
import { Sender, type Verb } from "./sender.ts";

export interface Acknowledged {
  readonly comments: number;
  /** From when it should have been sent. */
  readonly p50: number;
  readonly p99: number;
  /** Comments that were sent again after a temporary error. */
  readonly retries: number;
}

/** Of each sender. */
const touchesAtOnce = 4;

export class Senders {
  #senders: Sender[] = [];
  /** Ids are unique in a room for the whole run. */
  #sent = 0;

  async connect({ authority, count, verb }: { authority: string; count: number; verb: Verb }): Promise<void> {
    this.#senders = await Promise.all(Array.from({ length: count }, () => Sender.connect({ authority, verb })));
  }

  /** Resolves when all is acknowledged. */
  async follow(schedule: Schedule): Promise<Acknowledged> {
    const latencies = new Latencies();
    const retries = this.#retries;
    const acks: Promise<void>[] = [];
    await openLoop(schedule, ({ at, room }) => acks.push(this.#send(this.#sent, { at, room, latencies })));
    await Promise.all(acks);
    return { comments: acks.length, ...latencies.summary(), retries: this.#retries - retries };
  }

  /** Each keeps so many comments under way; what is acknowledged within the time after a warm-up counts. Resolves when all is settled. */
  async flood(options: {
    inFlight: number;
    warmUpSeconds: number;
    seconds: number;
    rooms: number;
  }): Promise<Acknowledged & { total: number; perSecond: number }> {
    const latencies = new Latencies();
    let phase: "warming" | "measuring" | "over" = "warming";
    const [first, retries] = [this.#sent, this.#retries];
    const keepSending = async (sender: Sender) => {
      while (phase !== "over") {
        const number = this.#sent++;
        const at = now();
        await sender.send({ channel: roomName(number % options.rooms), comment: comment(number, at) });
        if (phase === "measuring") latencies.add(now() - at);
      }
    };
    const all = Promise.all(
      this.#senders.flatMap((sender) => Array.from({ length: options.inFlight }, () => keepSending(sender))),
    );
    await Promise.race([all, sleep(options.warmUpSeconds * 1000)]);
    phase = "measuring";
    const began = now();
    await Promise.race([all, sleep(options.seconds * 1000)]);
    phase = "over";
    const took = (now() - began) / 1000;
    const comments = latencies.count;
    await all;
    return {
      comments,
      perSecond: comments / took,
      total: this.#sent - first,
      ...latencies.summary(),
      retries: this.#retries - retries,
    };
  }

  /** One comment in each of many rooms, which are awake then. */
  async touch({ rooms }: { rooms: number }): Promise<number> {
    let room = 0;
    const keepTouching = async (sender: Sender) => {
      while (room < rooms) {
        const number = this.#sent++;
        await sender.send({ channel: roomName(room++), comment: comment(number, now()) });
      }
    };
    await Promise.all(this.#senders.flatMap((sender) => Array.from({ length: touchesAtOnce }, () => keepTouching(sender))));
    return rooms;
  }

  get #retries(): number {
    return this.#senders.reduce((sum, { retries }) => sum + retries, 0);
  }

  async #send(number: number, { at, room, latencies }: { at: number; room: number; latencies: Latencies }): Promise<void> {
    this.#sent++;
    const sender = this.#senders[number % this.#senders.length];
    await sender?.send({ channel: roomName(room), comment: comment(number, at) });
    latencies.add(now() - at);
  }
}
