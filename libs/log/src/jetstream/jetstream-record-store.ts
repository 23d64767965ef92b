import { JetStreamCode, limits, type RoomId, shardOf, streamName, subjects } from "@madang/contracts";
import { JetStreamApiError, type JetStreamManager, jetstream, jetstreamManager, type StoredMsg } from "@nats-io/jetstream";
import { type MsgHdrs, type NatsConnection, NoRespondersError, RequestError } from "@nats-io/transport-node";
import { AppendRefused, AppendUnanswered, LogFull, LogUnavailable } from "../errors.ts";
import type { NewRecord, RecordStore, StoredRecord } from "../ports.ts";
import { type Range, Scanner } from "./scanner.ts";
import { headersOf, toRecord } from "./stored-record.ts";

interface PubAck {
  seq?: number;
  /** A record with the same message id was there before. */
  duplicate?: boolean;
  error?: { err_code?: number; description?: string };
}

/** How an append asks: as the connection does, or something faster. */
export type Requester = Pick<NatsConnection, "request">;

export class JetStreamRecordStore implements RecordStore {
  readonly #connection: NatsConnection;
  readonly #requester: Requester;
  readonly #manager: JetStreamManager;
  readonly #scanner: Scanner;
  #life = 0;

  static async open(connection: NatsConnection, requester: Requester = connection): Promise<JetStreamRecordStore> {
    const manager = await jetstreamManager(connection, { timeout: limits.logRequestMs, checkAPI: false });
    return new JetStreamRecordStore(connection, requester, manager);
  }

  private constructor(connection: NatsConnection, requester: Requester, manager: JetStreamManager) {
    this.#connection = connection;
    this.#requester = requester;
    this.#manager = manager;
    this.#scanner = new Scanner(this, jetstream(connection, { timeout: limits.logRequestMs }));
    void this.#watch();
  }

  /** Servers are put back only while they are down, and every connection to them with them. */
  get life(): number {
    return this.#life;
  }

  async append(room: RoomId, record: NewRecord, expectedLast: number): Promise<number> {
    const fields = headersOf(record);
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

  scan(room: RoomId, range: Range & { all?: boolean }): AsyncIterable<StoredRecord> {
    return this.#scanner.scan(room, range);
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) if (type === "disconnect") this.#life++;
  }

  async #request(room: RoomId, body: Uint8Array, fields: MsgHdrs): Promise<PubAck> {
    try {
      const reply = await this.#requester.request(subjects.log(room), body, {
        headers: fields,
        timeout: limits.appendTimeoutMs,
      });
      return reply.json<PubAck>();
    } catch (cause) {
      if (cause instanceof NoRespondersError || (cause instanceof RequestError && cause.isNoResponders()))
        throw new LogUnavailable(`nobody takes appends to ${room}`, { cause });
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
