/**
 * JetStream as it behaves, in memory: one stream, replicated or not. It keeps all that was ever committed beside what it still has, for
 * the checker. What it does in doubt is measured on real servers: R1 takes several fenced appends of a room at a time and
 * answers 10071 to a record that it has; R3 answers 10164 while another is in flight, and 2.15 knows a record that it has.
 */
import { limits, type RoomId } from "@madang/contracts";
import {
  AppendRefused,
  AppendUnanswered,
  LogFull,
  LogUnavailable,
  type NewRecord,
  type RecordStore,
  type StoredRecord,
} from "@madang/log";
import type { Network, Process } from "./network.ts";

export type Replication = "R1" | "R3 on 2.10" | "R3 on 2.15";

export interface Committed {
  readonly record: StoredRecord;
  /** Elapsed ms. */
  readonly at: number;
  /** The log has lost it since: elapsed ms. */
  lostAt?: number;
  /** The store has it. */
  stored?: true;
}

type Answer = (give: () => number) => void;
interface Proposal {
  process: Process;
  record: NewRecord;
  answer: Answer;
}

export class SimulatedLog {
  readonly replication: Replication;
  readonly history: Committed[] = [];
  /** Has no leader: what comes is not answered. */
  away = false;
  /** Its leader hears nothing from the others: it takes one append of each room and answers nothing. */
  stuck = false;
  full = false;
  /** The negative control: stores whatever comes. */
  fence = true;
  /** The negative control: nobody hears that it may have been put back. */
  tellsLives = true;
  /** The worst moment for a writer: what it wrote is there, and it has not heard of it. */
  handleCommit: (writer: Process) => void = () => {};
  /** For whoever watches: before anybody hears of it. */
  handleRecord: (record: StoredRecord) => void = () => {};
  /** It is stuck, and has taken an append all the same. */
  handleTaken: (writer: Process) => void = () => {};
  readonly #network: Network;
  readonly #records = new Map<RoomId, StoredRecord[]>();
  readonly #inFlight = new Map<RoomId, Proposal>();
  readonly #messageIds = new Set<string>();
  #sequence = 0;

  constructor(network: Network, replication: Replication) {
    this.#network = network;
    this.replication = replication;
  }

  records(room: RoomId): readonly StoredRecord[] {
    return this.#records.get(room) ?? [];
  }

  /** As it is now, for those who will see nothing newer. */
  view(): ReadonlyMap<RoomId, readonly StoredRecord[]> {
    return new Map(this.#records);
  }

  /** Of a room, all up to a sequence are gone, by age or by purge. */
  forget(room: RoomId, upTo: number): void {
    this.#records.set(
      room,
      this.records(room).filter(({ sequence }) => sequence > upTo),
    );
  }

  /** Restored from a backup: what came after a sequence never was, and its numbers are given again. */
  rollBack(after: number): void {
    for (const committed of this.history) {
      const { record } = committed;
      if (record.sequence <= after || committed.lostAt !== undefined) continue;
      committed.lostAt = this.#network.time.elapsed;
      this.#messageIds.delete(messageId(record.room, record));
    }
    for (const [room, records] of this.#records) {
      this.#records.set(
        room,
        records.filter(({ sequence }) => sequence <= after),
      );
    }
    this.#inFlight.clear();
    this.#sequence = after;
  }

  /** A new leader: what the former one had in flight is committed now or never, and nobody hears of it. */
  elect(): void {
    this.away = false;
    this.stuck = false;
    for (const [room, proposal] of this.#inFlight) {
      this.#inFlight.delete(room);
      if (this.#network.random.chance(0.5)) this.#commit(room, proposal);
    }
  }

  /** As one process sees it. */
  client(process: Process): RecordStore {
    const read = (room: RoomId, find: (records: readonly StoredRecord[]) => StoredRecord | undefined) =>
      this.#network.ask<StoredRecord | undefined>(process, {
        timeoutMs: limits.logRequestMs,
        silence: () => new LogUnavailable(`cannot read ${room}`),
        serve: (answer) => {
          if (this.away || this.stuck) return;
          const found = find(process.minority === undefined ? this.records(room) : (process.minority.records.get(room) ?? []));
          answer(() => found);
        },
      });
    const at = (room: RoomId, from: number) => read(room, (records) => records.find(({ sequence }) => sequence >= from));
    const { tellsLives } = this;
    return {
      get life() {
        return tellsLives ? process.connection : 0;
      },
      append: (room, record, expectedLast) =>
        this.#network.ask<number>(process, {
          timeoutMs: limits.appendTimeoutMs,
          silence: () => new AppendUnanswered(`no answer to an append to ${room}`),
          serve: (answer) => {
            if (process.minority === undefined) this.#append(room, { process, record, answer }, expectedLast);
          },
        }),
      last: (room) => read(room, (records) => records.at(-1)),
      at,
      scan: async function* (room, { from, until }) {
        for (let next = from; ; ) {
          const record = await at(room, next);
          if (record === undefined || record.sequence > until) return;
          yield record;
          next = record.sequence + 1;
        }
      },
    };
  }

  #append(room: RoomId, proposal: Proposal, expectedLast: number): void {
    if (this.away) return;
    const refused = (why: string) => refuse(proposal.answer, () => new AppendRefused(why));
    if (this.#inFlight.has(room)) return refuse(proposal.answer, () => new AppendUnanswered("in flight (10164)"));
    if (this.replication === "R3 on 2.15" && this.#messageIds.has(messageId(room, proposal.record)))
      return refused("already stored");
    const last = this.records(room).at(-1)?.sequence ?? 0;
    if (this.fence && last !== expectedLast) return refused(`the last is ${last}, not ${expectedLast} (10071)`);
    if (this.full) return refuse(proposal.answer, () => new LogFull("maximum bytes (10077)"));
    if (this.replication === "R1" && !this.stuck) {
      const sequence = this.#commit(room, proposal);
      return proposal.answer(() => sequence);
    }
    this.#inFlight.set(room, proposal);
    if (this.stuck) return this.handleTaken(proposal.process);
    this.#network.time.after(
      this.#network.delay(),
      () => {
        if (this.away || this.stuck || this.#inFlight.get(room) !== proposal) return;
        this.#inFlight.delete(room);
        const sequence = this.#commit(room, proposal);
        proposal.answer(() => sequence);
      },
      undefined,
    );
  }

  #commit(room: RoomId, { record, process }: Proposal): number {
    // Other rooms are in the same stream.
    this.#sequence += 1 + this.#network.random.int(3);
    const stored = { room, sequence: this.#sequence, time: Date.now(), ...record };
    this.#records.set(room, [...this.records(room), stored]);
    this.#messageIds.add(messageId(room, record));
    this.history.push({ record: stored, at: this.#network.time.elapsed });
    this.handleRecord(stored);
    this.handleCommit(process);
    return stored.sequence;
  }
}

function refuse(answer: Answer, error: () => Error): void {
  answer(() => {
    throw error();
  });
}

const messageId = (room: RoomId, { generation, batchId }: NewRecord) => `${room}.${generation}.${batchId}`;
