import { cutPage, decodeBatch, eventsOf, type HistoryPage, limits, type Position, type RoomId } from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { ClaimedRoom } from "./claimed-room.ts";
import { Claims, type ClaimsOptions } from "./claims.ts";
import type { StoredRecord } from "./ports.ts";

/** What a log stands on. Time is the machine's own unless it is told otherwise; without `storeHead` nobody asks the store. */
export type EventLogOptions = Pick<ClaimsOptions, "records" | "registry" | "snapshots" | "epoch"> & Partial<ClaimsOptions>;

/** The memory of all rooms, in the words of rooms: positions, events and claims. */
export class EventLog {
  readonly #options: ClaimsOptions;
  readonly #claims: Claims;

  constructor(options: EventLogOptions) {
    this.#options = { now: Date.now, monotonic: () => performance.now(), pause, storeHead: async () => undefined, ...options };
    this.#claims = new Claims(this.#options);
  }

  /** Where a room stands: its last record tells, without asking its owner. @throws LogUnavailable */
  async position(room: RoomId): Promise<Position> {
    const last = await this.#options.records.last(room);
    if (last !== undefined) {
      const { epoch, head } = decodeBatch(last.body);
      return { epoch, offset: head };
    }
    const entry = await this.#options.registry.load(room);
    return { epoch: entry?.epoch ?? this.#options.epoch, offset: entry?.head ?? 0 };
  }

  /**
   * Makes `owner` the room's one writer: its claim is a record in the room's own log, and refuses every append of the former owner
   * from then on.
   *
   * @throws Fenced: others claim the room at the same time
   * @throws LogFull | LogUnavailable
   * @throws OutcomeUnknown: the claim may be in the log, and no owner comes of it
   */
  claim(room: RoomId, owner: string): Promise<ClaimedRoom> {
    return this.#claims.claim(room, owner);
  }

  /**
   * The lines `from` … `to`, as many as a page holds. Undefined when the log does not have the one that counts, which is `from`, or
   * `to` when `reverse`: the other end may have aged out.
   *
   * @throws LogUnavailable
   */
  async page(query: {
    room: RoomId;
    from: number;
    to: number;
    reverse: boolean;
    maxBytes: number;
  }): Promise<HistoryPage | undefined> {
    const { room, reverse } = query;
    const from = reverse ? Math.max(query.from, query.to - limits.historyLines + 1) : query.from;
    const last = await this.#options.records.last(room);
    if (last === undefined) return undefined;
    const { head } = decodeBatch(last.body);
    const to = Math.min(query.to, head, from + limits.historyLines - 1);
    if (to < from || (reverse && to < query.to)) return undefined;
    let first = from;
    const lines: Uint8Array[] = [];
    const range = { from: await this.#locate(room, { offset: from, last }), until: last.sequence };
    for await (const { body } of this.#options.records.scan(room, range)) {
      const batch = decodeBatch(body);
      for (const { offset, line } of eventsOf(batch)) {
        if (offset < from || offset > to) continue;
        if (lines.length === 0) first = offset;
        lines.push(line);
      }
      if (batch.head >= to) break;
    }
    // What the log has of a room is gapless: only the oldest end can be missing.
    const counts = reverse ? lines.length > 0 : first === from && lines.length > 0;
    return counts ? cutPage({ from: first, lines }, query) : undefined;
  }

  /** The sequence of the record that holds an offset, or of the first one after it, by bisection: heads rise with sequences. */
  async #locate(room: RoomId, { offset, last }: { offset: number; last: StoredRecord }): Promise<number> {
    let low = 1;
    let high = last.sequence;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = await this.#options.records.at(room, middle);
      if (record === undefined || decodeBatch(record.body).head >= offset) high = middle;
      else low = record.sequence + 1;
    }
    return low;
  }
}
