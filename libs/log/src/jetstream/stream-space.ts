import { limits, streamName, subjects } from "@madang/contracts";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { LogUnavailable } from "../errors.ts";

export interface SpaceTaken {
  readonly bytes: number;
  readonly maxBytes: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** How much of its space a stream has used, and the means to free it. @throws LogUnavailable from all */
export class StreamSpace {
  readonly #connection: NatsConnection;
  readonly #shard: number;
  #manager: Promise<JetStreamManager> | undefined;

  constructor(connection: NatsConnection, shard: number) {
    this.#connection = connection;
    this.#shard = shard;
  }

  async taken(): Promise<SpaceTaken> {
    const { state, config } = await this.#ask((manager) => manager.streams.info(streamName(this.#shard)));
    return { bytes: state.bytes, maxBytes: config.max_bytes, firstSequence: state.first_seq, lastSequence: state.last_seq };
  }

  /** The sequence of the first record that is not older than a time (ms since 1970); one beyond the last if all are. */
  async firstSince(time: number): Promise<number> {
    const { firstSequence, lastSequence } = await this.taken();
    let low = firstSequence;
    let high = lastSequence + 1;
    // Times rise with sequences, so it is found by halves.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const query: { seq: number; next_by_subj: string } = { seq: middle, next_by_subj: subjects.logShard(this.#shard) };
      const record = await this.#ask((manager) => manager.streams.getMessage(streamName(this.#shard), query));
      if (record === null || record.time.getTime() >= time) high = middle;
      else low = record.seq + 1;
    }
    return low;
  }

  /** Everything before a sequence is gone. */
  async purgeBefore(sequence: number): Promise<void> {
    await this.#ask((manager) => manager.streams.purge(streamName(this.#shard), { seq: sequence }));
  }

  async #ask<T>(question: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    try {
      this.#manager ??= jetstreamManager(this.#connection, { timeout: limits.logRequestMs, checkAPI: false });
      return await question(await this.#manager);
    } catch (cause) {
      this.#manager = undefined;
      throw new LogUnavailable(`cannot ask ${streamName(this.#shard)} for its space`, { cause });
    }
  }
}
