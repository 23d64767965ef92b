/** Many records of one room, in order: read one by one while they are few, else by an ordered consumer. */
import { limits, type RoomId, shardOf, streamName, subjects } from "@madang/contracts";
import { Semaphore, within } from "@madang/runtime";
import { DeliverPolicy, type JetStreamClient } from "@nats-io/jetstream";
import { LogUnavailable } from "../errors.ts";
import type { RecordStore, StoredRecord } from "../ports.ts";
import { toRecord } from "./stored-record.ts";

/** Sequences, both included. */
export interface Range {
  readonly from: number;
  readonly until: number;
}

export class Scanner {
  readonly #records: Pick<RecordStore, "at" | "last">;
  readonly #client: JetStreamClient;
  readonly #orderedConsumers = new Semaphore(limits.orderedConsumers);

  constructor(records: Pick<RecordStore, "at" | "last">, client: JetStreamClient) {
    this.#records = records;
    this.#client = client;
  }

  /** `all`: nobody stops in the middle, so that several are read at a time. @throws LogUnavailable */
  scan(room: RoomId, { all = false, ...range }: Range & { all?: boolean }): AsyncIterable<StoredRecord> {
    return all ? this.#scanAll(room, range) : this.#scan(room, range);
  }

  async *#scan(room: RoomId, { from, until }: Range): AsyncIterable<StoredRecord> {
    let next = from;
    for (let reads = 0; reads < limits.sequentialReads; reads++) {
      const record = await this.#records.at(room, next);
      if (record === undefined || record.sequence > until) return;
      yield record;
      if (record.sequence === until) return;
      next = record.sequence + 1;
    }
    yield* this.#consume(room, { from: next, until });
  }

  /** Where nobody knows at which sequences a room's records are, one read has to wait for the other; so several runs are read at a time. */
  async *#scanAll(room: RoomId, { from, until }: Range): AsyncIterable<StoredRecord> {
    const first = await this.#records.at(room, from);
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
      const record = await this.#records.at(room, next);
      if (record === undefined || record.sequence > until) break;
      records.push(record);
      next = record.sequence + 1;
    }
    return { records };
  }

  /** A short-lived ordered consumer: the one exception to "never a consumer per room", so there are few of them at a time. */
  async *#consume(room: RoomId, { from, until }: Range): AsyncIterable<StoredRecord> {
    const release = await this.#orderedConsumers.acquire();
    try {
      // The end may have aged out meanwhile, so that waiting for it would never end.
      const end = Math.min(until, (await this.#records.last(room))?.sequence ?? 0);
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
}

/** At most so many ranges, of about the same length, in order. */
function split({ from, until }: Range, count: number): Range[] {
  const length = Math.max(1, Math.ceil((until - from + 1) / count));
  const ranges: Range[] = [];
  for (let start = from; start <= until; start += length)
    ranges.push({ from: start, until: Math.min(until, start + length - 1) });
  return ranges;
}
