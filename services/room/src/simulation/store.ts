/** What persistence knows: it follows the log a little behind, and now and then it is away. */
import {
  decodeBatch,
  decodeJson,
  type EventEntry,
  encodeHistoryReply,
  encodeJson,
  eventsOf,
  HistoryQuery,
  limits,
  type Position,
  publicationOf,
  type RoomId,
  StoreGiftQuery,
  type StoreGiftReply,
  subjects,
} from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { SimulatedLog } from "./simulated-log.ts";
import type { VirtualTime } from "./virtual-time.ts";

interface Stored extends Position {
  readonly sequence: number;
  readonly generation: number;
}

export class Store {
  away = false;
  readonly #log: SimulatedLog;
  readonly #time: VirtualTime;
  readonly #lagMs: number;
  readonly #stored = new Map<RoomId, Stored>();
  #done = 0;

  constructor(log: SimulatedLog, time: VirtualTime, lagMs: number) {
    this.#log = log;
    this.#time = time;
    this.#lagMs = lagMs;
  }

  async head(room: RoomId): Promise<Position | undefined> {
    await pause(this.away ? limits.storeHeadMs : 1);
    if (this.away) throw new Error("the store does not answer");
    const stored = this.position(room);
    return stored && { epoch: stored.epoch, offset: stored.offset };
  }

  /** Asked for one event, by its offset, or a gift, by its id. */
  async request(subject: string, data: Uint8Array): Promise<Uint8Array> {
    const timeoutMs = subject === subjects.storeGift ? limits.storeGiftMs : limits.historyRequestMs;
    await pause(this.away ? timeoutMs : 1);
    if (this.away) throw new Error("the store does not answer");
    this.#follow();
    if (subject === subjects.storeGift) return encodeJson(this.#gift(decodeJson(StoreGiftQuery, data)));
    const { room, from } = decodeJson(HistoryQuery, data);
    const lines = this.#events(room)
      .filter(({ offset }) => offset === from)
      .slice(0, 1);
    return encodeHistoryReply({ ok: true, page: { from, lines } });
  }

  #gift({ room, id }: StoreGiftQuery): StoreGiftReply {
    const gift = this.#events(room).find((event) => event.type === "gifted" && publicationOf(event).tags.id === id);
    const upTo = this.#stored.get(room)?.offset ?? 0;
    return { v: 1, ok: true, upTo, ...(gift === undefined ? {} : { offset: gift.offset }) };
  }

  #events(room: RoomId): EventEntry[] {
    const stored = this.#log.history.filter((committed) => committed.stored && committed.record.room === room);
    return stored.flatMap(({ record }) => eventsOf(decodeBatch(record.body)));
  }

  /** Where it stands with a room, and the record it has read last of it. */
  position(room: RoomId): Stored | undefined {
    this.#follow();
    return this.#stored.get(room);
  }

  /** Whether it has all that was ever committed, what the log has lost since included. */
  get caughtUp(): boolean {
    this.#follow();
    return this.#log.history.every(({ stored }) => stored);
  }

  #follow(): void {
    if (this.away) return;
    for (; this.#done < this.#log.history.length; this.#done++) {
      const committed = this.#log.history[this.#done];
      if (committed === undefined || committed.at > this.#time.elapsed - this.#lagMs) return;
      if (committed.lostAt !== undefined) continue;
      committed.stored = true;
      const { room, sequence, generation, body } = committed.record;
      const { epoch, head } = decodeBatch(body);
      // As in the tables: a head only rises.
      if (head < (this.#stored.get(room)?.offset ?? 0)) continue;
      this.#stored.set(room, { epoch, offset: head, sequence, generation });
    }
  }
}
