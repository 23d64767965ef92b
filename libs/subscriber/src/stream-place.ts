/** Where a subscriber stands in one stream: a durable consumer that knows it, and what to do when that is gone. */
import { JetStreamCode, limits, streamName } from "@madang/contracts";
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamManager,
} from "@nats-io/jetstream";
import type { SubscriberNews } from "./news.ts";

/** Where a subscriber begins that the log does not know yet: at what comes from now on, with all that is there, or at a time. */
export type Start = "new" | "all" | Date;

export class StreamPlace {
  readonly #shard: number;
  readonly #durable: string;
  readonly #start: Start;
  readonly #report: (news: SubscriberNews) => void;
  /** The stream sequence of the last record done; undefined until the consumer was seen. */
  #done: number | undefined;
  /** When the stream was made, which tells it from another of its name. */
  #made: string | undefined;
  /** Since when the stream ends before what is done. */
  #behindSince: number | undefined;

  constructor(options: { shard: number; durable: string; start: Start; report: (news: SubscriberNews) => void }) {
    this.#shard = options.shard;
    this.#durable = options.durable;
    this.#start = options.start;
    this.#report = options.report;
  }

  isDone(sequence: number): boolean {
    return sequence <= (this.#done ?? 0);
  }

  /**
   * How many records were removed between the last one done and this one. What another process of the same name has had is not missed, and
   * still there. @throws what the client throws
   */
  async missedBefore(sequence: number, manager: JetStreamManager): Promise<number> {
    const next = (this.#done ?? sequence) + 1;
    if (sequence <= next) return 0;
    const { state } = await manager.streams.info(streamName(this.#shard));
    return Math.max(0, Math.min(sequence, state.first_seq) - next);
  }

  done(sequence: number): void {
    this.#done = sequence;
  }

  /** Sees to it that the consumer is there, and at the right place. @throws what the client throws */
  async ensure(manager: JetStreamManager): Promise<void> {
    const stream = streamName(this.#shard);
    // After a start only the consumer knows what is done, and it may know of more than a stream that was put back has.
    this.#done ??= (await this.#info(manager))?.ack_floor.stream_seq;
    const { created, state } = await manager.streams.info(stream);
    const isOther = this.#made !== undefined && created !== this.#made;
    this.#made = created;
    if (isOther) this.#beginAfter(0);
    else if (this.#hasLost(state.last_seq)) {
      this.#beginAfter(state.last_seq);
      // It waits for sequences that are to come again, and would pass over them.
      await manager.consumers.delete(stream, this.#durable);
    }
    const there = await this.#info(manager);
    if (there === undefined && this.#done !== undefined) this.#report({ kind: "remade", shard: this.#shard, after: this.#done });
    const { ack_floor } = there ?? (await manager.consumers.add(stream, this.#config()));
    this.#done ??= ack_floor.stream_seq;
  }

  #beginAfter(sequence: number): void {
    this.#done = sequence;
    this.#report({ kind: "replaced", shard: this.#shard, after: sequence });
  }

  /** Whether the stream was put back to a state before what is done. @throws while that is in doubt */
  #hasLost(last: number): boolean {
    if (this.#done === undefined || last >= this.#done) {
      this.#behindSince = undefined;
      return false;
    }
    this.#behindSince ??= performance.now();
    // A new leader may not have read all of its own log yet.
    if (performance.now() - this.#behindSince > limits.rolledBackAfterMs) return true;
    throw new Error(`${streamName(this.#shard)} ends at ${last}, before ${this.#done}`);
  }

  async #info(manager: JetStreamManager): Promise<ConsumerInfo | undefined> {
    try {
      return await manager.consumers.info(streamName(this.#shard), this.#durable);
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamCode.consumerNotFound) return undefined;
      throw error;
    }
  }

  #config(): Partial<ConsumerConfig> {
    return {
      durable_name: this.#durable,
      ack_policy: AckPolicy.Explicit,
      // One record at a time: what was not acknowledged then comes again before anything newer, and the order holds over every crash.
      max_ack_pending: 1,
      max_deliver: -1,
      ack_wait: limits.subscriberAckWaitMs * 1_000_000,
      ...this.#beginning(),
    };
  }

  #beginning(): Partial<ConsumerConfig> {
    if (this.#done !== undefined) return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: this.#done + 1 };
    if (this.#start === "all") return { deliver_policy: DeliverPolicy.All };
    if (this.#start === "new") return { deliver_policy: DeliverPolicy.New };
    return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: this.#start.toISOString() };
  }
}
