import { batchTraces, JetStreamCode, limits, type RoomId, streamName, subjects } from "@madang/contracts";
import { JetStreamApiError, type JetStreamManager, type JsMsg, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { LogReplaced, LogUnavailable } from "../errors.ts";
import type { ShardReader, StoredRecord } from "../ports.ts";
import { DurableConsumer } from "./durable-consumer.ts";
import { toRecord } from "./stored-record.ts";

const durable = "projector";

/**
 * A durable pull consumer that is made anew, from the last record done, whenever order could have been lost: at the start, after a
 * gap in its deliveries, after the connection broke. JetStream would bring unacknowledged records again behind newer ones, and a
 * store that has applied the newer ones could not take them. Its acknowledgements serve operators, who see the lag.
 */
export class JetStreamShardReader implements ShardReader {
  readonly shard: number;
  readonly #connection: NatsConnection;
  readonly #ackWaitMs: number;
  #done: number;
  /** When the stream was made, which tells it from another of its name. */
  #made: string | undefined;
  /** Since when the stream ends before what is done. */
  #behindSince: number | undefined;
  #consumer: DurableConsumer | undefined;

  /** `after`: the stream sequence of the last record that is done, 0 for none. */
  constructor(
    connection: NatsConnection,
    { shard, after, ackWaitMs = limits.ackWaitMs }: { shard: number; after: number; ackWaitMs?: number },
  ) {
    this.#connection = connection;
    this.#ackWaitMs = ackWaitMs;
    this.shard = shard;
    this.#done = after;
  }

  /** Where to begin, before the first `next`. */
  startAfter(sequence: number): void {
    this.#done = sequence;
  }

  async next({ maxRecords, waitMs }: { maxRecords: number; waitMs: number }): Promise<StoredRecord[]> {
    try {
      if (this.#consumer?.broken) this.#stop();
      if (this.#consumer === undefined) await this.#checkStream();
      this.#consumer ??= await DurableConsumer.start(this.#connection, {
        stream: streamName(this.shard),
        durable,
        from: this.#done + 1,
        bufferedRecords: limits.fetchRecords,
        ackWaitMs: this.#ackWaitMs,
      });
      const messages = await this.#consumer.take(maxRecords, waitMs);
      // Silence is believed only when the server confirms that it has delivered no more than has come.
      if (messages.length === 0) await this.#consumer.verify();
      return messages.map((message) => new DeliveredRecord(message));
    } catch (cause) {
      this.#stop();
      if (cause instanceof LogReplaced) throw cause;
      throw new LogUnavailable(`cannot follow ${streamName(this.shard)}`, { cause });
    }
  }

  async done(record: StoredRecord): Promise<void> {
    this.#done = Math.max(this.#done, record.sequence);
    this.#consumer?.acknowledge(record.sequence);
  }

  async lag(): Promise<number> {
    try {
      return (await this.#waiting()).records;
    } catch (cause) {
      throw new LogUnavailable(`cannot ask ${streamName(this.shard)} for its lag`, { cause });
    }
  }

  /** Forgets what a former reader was given: all that is there lags until somebody reads it. @throws LogUnavailable */
  async forget(): Promise<void> {
    try {
      const manager = await jetstreamManager(this.#connection, { timeout: limits.logRequestMs, checkAPI: false });
      await manager.consumers.delete(streamName(this.shard), durable);
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === JetStreamCode.consumerNotFound) return;
      throw new LogUnavailable(`the reader of ${streamName(this.shard)} cannot be forgotten`, { cause });
    }
  }

  /** What is not done yet, as the broker sees it, and when the oldest of it was stored: ms since 1970. @throws LogUnavailable */
  async backlog(): Promise<{ records: number; since: number | undefined }> {
    try {
      const { records, doneUpTo } = await this.#waiting();
      return { records, since: records === 0 ? undefined : await this.#storedAfter(doneUpTo) };
    } catch (cause) {
      throw new LogUnavailable(`cannot ask ${streamName(this.shard)} for its backlog`, { cause });
    }
  }

  /** The last record of the stream, 0 if there never was one. @throws LogUnavailable */
  async last(): Promise<number> {
    try {
      return (await this.#stream()).state.last_seq;
    } catch (cause) {
      throw new LogUnavailable(`cannot ask for the end of ${streamName(this.shard)}`, { cause });
    }
  }

  async close(): Promise<void> {
    this.#stop();
  }

  /** A consumer of a stream that was lost and made again would wait in silence for the sequences that it knows, or pass over others. */
  async #checkStream(): Promise<void> {
    const { created, state } = await this.#stream();
    this.#made ??= created;
    if (created !== this.#made) throw new LogReplaced(`${streamName(this.shard)} is not the stream that it was`);
    if (state.last_seq >= this.#done) {
      this.#behindSince = undefined;
      return;
    }
    this.#behindSince ??= performance.now();
    // A new leader may not have read all of its own log yet.
    if (performance.now() - this.#behindSince > limits.rolledBackAfterMs)
      throw new LogReplaced(`${streamName(this.shard)} has lost its newest records`);
    throw new Error(`it ends at ${state.last_seq}, before ${this.#done}`);
  }

  async #waiting(): Promise<{ records: number; doneUpTo: number }> {
    const manager = await this.#manager();
    try {
      const info = await manager.consumers.info(streamName(this.shard), durable);
      return { records: info.num_pending + info.num_ack_pending, doneUpTo: info.ack_floor.stream_seq };
    } catch (error) {
      // Nobody has read anything yet, or somebody deleted it: all that is there is then to be looked at.
      if (error instanceof JetStreamApiError && error.code === JetStreamCode.consumerNotFound)
        return { records: (await this.#stream()).state.messages, doneUpTo: 0 };
      throw error;
    }
  }

  async #storedAfter(sequence: number): Promise<number | undefined> {
    const manager = await this.#manager();
    // The API takes both fields; the client's type lists only one.
    const query: { seq: number; next_by_subj: string } = { seq: sequence + 1, next_by_subj: subjects.logShard(this.shard) };
    return (await manager.streams.getMessage(streamName(this.shard), query))?.time.getTime();
  }

  async #stream(): Promise<StreamInfo> {
    return (await this.#manager()).streams.info(streamName(this.shard));
  }

  #manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.#connection, { timeout: limits.logRequestMs, checkAPI: false });
  }

  #stop(): void {
    this.#consumer?.stop();
    this.#consumer = undefined;
  }
}

/** A delivery as a record. Who follows a stream hardly ever asks for what is in the headers, and they are read when somebody does. */
class DeliveredRecord implements StoredRecord {
  readonly room: RoomId;
  readonly sequence: number;
  readonly body: Uint8Array;
  readonly #message: JsMsg;

  constructor(message: JsMsg) {
    // Not checked here: a record that somebody else put on an odd subject must not stop the stream.
    this.room = message.subject.slice(message.subject.lastIndexOf(".") + 1) as RoomId;
    this.sequence = message.seq;
    this.body = message.data;
    this.#message = message;
  }

  get time(): number {
    return this.#message.time.getTime();
  }

  get generation(): number {
    return this.#whole.generation;
  }

  get batchId(): string {
    return this.#whole.batchId;
  }

  get traces(): string {
    return this.#message.headers?.get(batchTraces) ?? "";
  }

  get #whole(): StoredRecord {
    const { room, sequence, time, body } = this;
    return toRecord(room, { sequence, time, headers: this.#message.headers, body });
  }
}
