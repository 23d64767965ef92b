import { JetStreamCode, limits, type RoomId, shardOf, streamName, subjects } from "@madang/contracts";
import { Semaphore, within } from "@madang/runtime";
import {
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StoredMsg,
} from "@nats-io/jetstream";
import { headers, type MsgHdrs, type NatsConnection } from "@nats-io/transport-node";
import { AppendRefused, AppendUnanswered, LogFull, LogUnavailable } from "../errors.ts";
import type { NewRecord, RecordStore, StoredRecord } from "../ports.ts";

const header = { version: "Madang-V", generation: "Madang-Generation", batchId: "Madang-Batch" } as const;

interface PubAck {
  seq?: number;
  /** A record with the same message id was there before. */
  duplicate?: boolean;
  error?: { err_code?: number; description?: string };
}

export class JetStreamRecordStore implements RecordStore {
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #orderedConsumers = new Semaphore(limits.orderedConsumers);
  #life = 0;

  static async open(connection: NatsConnection): Promise<JetStreamRecordStore> {
    const manager = await jetstreamManager(connection, { timeout: limits.logRequestMs, checkAPI: false });
    return new JetStreamRecordStore(connection, manager);
  }

  private constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.#connection = connection;
    this.#client = jetstream(connection, { timeout: limits.logRequestMs });
    this.#manager = manager;
    void this.#watch();
  }

  /** Servers are put back only while they are down, and every connection to them with them. */
  get life(): number {
    return this.#life;
  }

  async append(room: RoomId, record: NewRecord, expectedLast: number): Promise<number> {
    const fields = headers();
    fields.set(header.version, "1");
    fields.set(header.generation, String(record.generation));
    fields.set(header.batchId, record.batchId);
    fields.set("Nats-Msg-Id", `${room}.${record.generation}.${record.batchId}`);
    fields.set("Nats-Expected-Last-Subject-Sequence", String(expectedLast));
    const ack = await this.#request(room, record.body, fields);
    // Ours, if the id says the truth: the caller looks, as it does for every append that finds itself.
    if (ack.duplicate === true) throw new AppendRefused("already stored");
    if (ack.seq !== undefined && ack.error === undefined) return ack.seq;
    const why = `${ack.error?.description} (${ack.error?.err_code})`;
    switch (ack.error?.err_code) {
      case JetStreamCode.wrongLastSequence:
        throw new AppendRefused(why);
      case JetStreamCode.insufficientResources:
      case JetStreamCode.storageExceeded:
      case JetStreamCode.maximumBytes:
        throw new LogFull(why);
      default:
        // Among these 10164: another publish on this subject is in flight in the cluster, possibly our own earlier try.
        throw new AppendUnanswered(why);
    }
  }

  async last(room: RoomId): Promise<StoredRecord | undefined> {
    return this.#read(room, { last_by_subj: subjects.log(room) });
  }

  async at(room: RoomId, sequence: number): Promise<StoredRecord | undefined> {
    // The API takes both fields; the client's type lists only one.
    const query: { seq: number; next_by_subj: string } = { seq: Math.max(1, sequence), next_by_subj: subjects.log(room) };
    return this.#read(room, query);
  }

  scan(room: RoomId, { all = false, ...range }: { from: number; until: number; all?: boolean }): AsyncIterable<StoredRecord> {
    return all ? this.#scanAll(room, range) : this.#scan(room, range);
  }

  async *#scan(room: RoomId, { from, until }: Range): AsyncIterable<StoredRecord> {
    let next = from;
    for (let reads = 0; reads < limits.sequentialReads; reads++) {
      const record = await this.at(room, next);
      if (record === undefined || record.sequence > until) return;
      yield record;
      if (record.sequence === until) return;
      next = record.sequence + 1;
    }
    yield* this.#consume(room, { from: next, until });
  }

  /** Where nobody knows at which sequences a room's records are, one read has to wait for the other; so several runs are read at a time. */
  async *#scanAll(room: RoomId, { from, until }: Range): AsyncIterable<StoredRecord> {
    const first = await this.at(room, from);
    if (first === undefined || first.sequence > until) return;
    yield first;
    const runs = split({ from: first.sequence + 1, until }, limits.parallelReads).map((range) => this.#readRun(room, range));
    // The first that fails is heard of; the others must not end the process.
    for (const run of runs) run.catch(() => {});
    for (const run of runs) {
      const { records, next } = await run;
      yield* records;
      if (next !== undefined) return yield* this.#consume(room, { from: next, until });
    }
  }

  /** `next`: where it stopped, if there may be more than is read one by one. */
  async #readRun(room: RoomId, { from, until }: Range): Promise<{ records: StoredRecord[]; next?: number }> {
    const records: StoredRecord[] = [];
    let next = from;
    while (next <= until) {
      if (records.length === limits.sequentialReads / limits.parallelReads) return { records, next };
      const record = await this.at(room, next);
      if (record === undefined || record.sequence > until) break;
      records.push(record);
      next = record.sequence + 1;
    }
    return { records };
  }

  /** A short-lived ordered consumer: the one exception to "never a consumer per room", so there are few of them at a time. */
  async *#consume(room: RoomId, { from, until }: { from: number; until: number }): AsyncIterable<StoredRecord> {
    const release = await this.#orderedConsumers.acquire();
    try {
      // The end may have aged out meanwhile, so that waiting for it would never end.
      const end = Math.min(until, (await this.last(room))?.sequence ?? 0);
      if (end < from) return;
      const consumer = await this.#client.consumers.get(streamName(shardOf(room)), {
        filter_subjects: subjects.log(room),
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: from,
      });
      const messages = await consumer.consume({ max_messages: 256 });
      const iterator = messages[Symbol.asyncIterator]();
      try {
        while (true) {
          const { value: message, done } = await within(
            limits.logRequestMs,
            iterator.next(),
            () => new LogUnavailable(`nothing read of ${room} for ${limits.logRequestMs} ms`),
          );
          if (done === true) throw new LogUnavailable(`reading ${room} ended early`);
          if (message.seq > end) return;
          yield toRecord(room, {
            sequence: message.seq,
            time: message.time.getTime(),
            headers: message.headers,
            body: message.data,
          });
          if (message.seq >= end) return;
        }
      } finally {
        messages.stop();
        await consumer.delete().catch(() => {});
      }
    } catch (cause) {
      throw cause instanceof LogUnavailable ? cause : new LogUnavailable(`cannot read ${room}`, { cause });
    } finally {
      release();
    }
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) if (type === "disconnect") this.#life++;
  }

  async #request(room: RoomId, body: Uint8Array, fields: MsgHdrs): Promise<PubAck> {
    try {
      const reply = await this.#connection.request(subjects.log(room), body, {
        headers: fields,
        timeout: limits.appendTimeoutMs,
      });
      return reply.json<PubAck>();
    } catch (cause) {
      throw new AppendUnanswered(`no answer to an append to ${room}`, { cause });
    }
  }

  // By the stream's leader, never by a replica: what was acknowledged is seen.
  async #read(room: RoomId, query: Parameters<JetStreamManager["streams"]["getMessage"]>[1]): Promise<StoredRecord | undefined> {
    let message: StoredMsg | null;
    try {
      message = await this.#manager.streams.getMessage(streamName(shardOf(room)), query);
    } catch (cause) {
      const code = cause instanceof JetStreamApiError ? ` (${cause.code})` : "";
      throw new LogUnavailable(`cannot read ${room}${code}`, { cause });
    }
    if (message === null) return undefined;
    return toRecord(room, { sequence: message.seq, time: message.time.getTime(), headers: message.header, body: message.data });
  }
}

/** Sequences, both included. */
interface Range {
  readonly from: number;
  readonly until: number;
}

/** At most so many ranges, of about the same length, in order. */
function split({ from, until }: Range, count: number): Range[] {
  const length = Math.max(1, Math.ceil((until - from + 1) / count));
  const ranges: Range[] = [];
  for (let start = from; start <= until; start += length)
    ranges.push({ from: start, until: Math.min(until, start + length - 1) });
  return ranges;
}

export function toRecord(
  room: RoomId,
  from: { sequence: number; time: number; headers: MsgHdrs | undefined; body: Uint8Array },
): StoredRecord {
  return {
    room,
    sequence: from.sequence,
    time: from.time,
    generation: Number(from.headers?.get(header.generation) ?? 0),
    batchId: from.headers?.get(header.batchId) ?? "",
    body: from.body,
  };
}
