/** A room once more, by the time since its start. From the store alone: what is shown again is not of this second. */
import {
  type EventType,
  type Lane,
  limits,
  publicationOf,
  type ReplayPlace,
  type ReplayQuery,
  type ReplayReply,
  type RoomId,
} from "@madang/contracts";
import { RoomState } from "@madang/room-state";
import { toLine } from "./history.ts";
import { Overlay } from "./overlay.ts";
import { type MessageStore, peakKind, type StoredEvent, StoreUnavailable } from "./store/message-store.ts";
import { offsetAt } from "./time-index.ts";
import { turn } from "./turns.ts";

type ReplayStore = Pick<MessageStore, "heads" | "lines" | "changes" | "acts" | "placeFrom" | "giftsBefore" | "totals">;

const chunkLines = 250;
/** Several seconds of all kinds. */
const chunkTotals = 250;
/** The last of them say what is at the top: at most three are. */
const pinActs = 20;
const chunkActs = 250;

/** Both ends included: offsets, and seconds since 1970. */
interface Stretch {
  readonly room: RoomId;
  readonly start: number;
  readonly offsets: { readonly from: number; readonly to: number };
  readonly seconds: { readonly from: number; readonly to: number };
}

/** One row that was looked at, and what is shown of it, if anything. */
interface Step {
  readonly at: number;
  readonly place: Partial<ReplayPlace>;
  readonly entry: Uint8Array | undefined;
}

export class ReplayResponder {
  readonly #store: ReplayStore;

  constructor(store: ReplayStore) {
    this.#store = store;
  }

  async answer(query: ReplayQuery): Promise<ReplayReply> {
    try {
      const stretch = await this.#stretch(query);
      return stretch === undefined ? { ok: true, entries: [], next: undefined } : await this.#page(query, stretch);
    } catch (error) {
      if (error instanceof StoreUnavailable) return { ok: false, reason: "unavailable" };
      throw error;
    }
  }

  /** What of the room is in the window and was not there before. Nothing: the store does not know the room. */
  async #stretch({ room, from, to, after }: ReplayQuery): Promise<Stretch | undefined> {
    const head = (await this.#store.heads([room])).get(room)?.offset ?? 0;
    const start = await this.#start(room, head);
    if (start === undefined) return undefined;
    const offsetOf = (ms: number) => offsetAt(this.#store, { room, time: start + ms, head });
    // What was said before the start is shown at it.
    const first = after !== undefined ? after.offset + 1 : from === 0 ? 1 : await offsetOf(from);
    const last = to === undefined ? head : (await offsetOf(to)) - 1;
    const seconds = {
      from: after !== undefined ? after.second + 1 : from === 0 ? 0 : secondFrom(start + from),
      to: to === undefined ? Number.MAX_SAFE_INTEGER : secondFrom(start + to) - 1,
    };
    return { room, start, offsets: { from: first, to: last }, seconds };
  }

  /** When it was opened first, or else its first event. */
  async #start(room: RoomId, head: number): Promise<number | undefined> {
    const [opened] = await this.#store.acts(room, { types: ["opened"], from: 1, to: head, atMost: 1, reverse: false });
    return opened?.time ?? (await this.#store.placeFrom(room, 1))?.time;
  }

  async #page({ from, after, limit, maxBytes }: ReplayQuery, stretch: Stretch): Promise<ReplayReply> {
    const entries: Uint8Array[] = [];
    let bytes = 0;
    if (from > 0 && after === undefined) {
      const entry = await this.#stateAt(from, stretch);
      entries.push(entry);
      bytes += entry.length;
    }
    let next: ReplayPlace = { offset: stretch.offsets.from - 1, second: stretch.seconds.from - 1 };
    let steps = 0;
    for await (const { place, entry } of merged(this.#events(stretch), this.#totals(stretch))) {
      const size = entry === undefined ? 0 : entry.length + 1;
      const isFull = entry !== undefined && entries.length > 0 && (entries.length >= limit || bytes + size > maxBytes);
      if (isFull || steps++ === limits.replayRows) return { ok: true, entries, next };
      next = { ...next, ...place };
      if (entry === undefined) continue;
      entries.push(entry);
      bytes += size;
    }
    return { ok: true, entries, next: undefined };
  }

  /** What a player that comes in here has to show already. */
  async #stateAt(from: number, { room, offsets, seconds }: Stretch): Promise<Uint8Array> {
    const before = { atMost: chunkTotals, reverse: true, from: 0, to: seconds.from - 1 };
    const hearts: Record<string, number> = {};
    for (const { kind, total } of await this.#store.totals(room, before))
      if (kind !== peakKind && !Object.hasOwn(hearts, kind)) hearts[kind] = total;
    const pins: number[] = [];
    for (const pin of await this.#pinsAt(room, offsets.from - 1)) if (!(await this.#isGone(room, pin))) pins.push(pin);
    return json({ at: from, hearts, pins, gifts: await this.#giftsBefore(room, offsets.from) });
  }

  /** In the words of the room's counters. */
  async #giftsBefore(room: RoomId, offset: number): Promise<object> {
    const sums = await this.#store.giftsBefore(room, offset);
    const amounts = Object.fromEntries(sums.map(({ currency, amount }) => [currency, amount]));
    return { count: sums.reduce((all, { count }) => all + count, 0), amounts };
  }

  /** By the room's own idea of them: what was deleted is not pinned again when it is back. */
  async #pinsAt(room: RoomId, to: number): Promise<readonly number[]> {
    const pinning = { types: ["pinned", "unpinned"], from: 1, to, atMost: pinActs, reverse: true } as const;
    const acts = (await this.#store.acts(room, pinning)).toReversed();
    const [first] = acts;
    if (first === undefined) return [];
    const targets = new Set(acts.map(targetOf));
    const taking = { types: ["deleted", "purged"], to, atMost: chunkActs, reverse: false } as const;
    for (let from: number | undefined = first.offset; from !== undefined; ) {
      await turn();
      const taken = await this.#store.acts(room, { ...taking, from });
      acts.push(...taken.filter((act) => act.type === "purged" || targets.has(targetOf(act))));
      const last = taken.at(-1);
      from = last === undefined || taken.length < chunkActs ? undefined : last.offset + 1;
    }
    const state = new RoomState();
    for (const act of acts.sort((a, b) => a.offset - b.offset)) state.apply(publicationOf(toLine(act)));
    return state.pins;
  }

  async *#events({ room, start, offsets }: Stretch): AsyncGenerator<Step, void, undefined> {
    const { to } = offsets;
    for (let from = offsets.from; from <= to; ) {
      // SQLite answers without a pause: others have theirs between two chunks.
      await turn();
      const last = Math.min(to, from + chunkLines - 1);
      const rows = await this.#store.lines(room, { from, to: last });
      // A hole may be long.
      if (rows.length === 0) from = (await this.#store.placeFrom(room, last + 1))?.offset ?? to + 1;
      else from = last + 1;
      const overlay = await this.#overlay(room, rows);
      for (const row of rows) {
        const at = Math.max(0, row.time - start);
        yield { at, place: { offset: row.offset }, entry: await this.#entryOf(row, { room, at, overlay }) };
      }
    }
  }

  async #overlay(room: RoomId, rows: readonly StoredEvent[]): Promise<Overlay> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return new Overlay();
    const users = new Set(rows.filter(isComment).map(({ author }) => author));
    return new Overlay(await this.#store.changes(room, { from: first.offset, to: last.offset, users: [...users] }));
  }

  async #entryOf(
    row: StoredEvent,
    { room, at, overlay }: { room: RoomId; at: number; overlay: Overlay },
  ): Promise<Uint8Array | undefined> {
    const line = toLine(row);
    if (isComment(row)) return overlay.isGone(line.offset, line.author) ? undefined : entry(at, overlay.view(line).line);
    if (row.lane !== "all") return undefined;
    const isShown = row.type === "gifted" || (isPin(row.type) && !(await this.#isGone(room, targetOf(row))));
    return isShown ? entry(at, line.line) : undefined;
  }

  async #isGone(room: RoomId, offset: number): Promise<boolean> {
    const [row] = await this.#store.lines(room, { from: offset, to: offset });
    return row === undefined || (await this.#overlay(room, [row])).isGone(row.offset, row.author);
  }

  async *#totals({ room, start, seconds }: Stretch): AsyncGenerator<Step, void, undefined> {
    for (let { from } = seconds; from <= seconds.to; ) {
      const rows = await this.#store.totals(room, { from, to: seconds.to, atMost: chunkTotals, reverse: false });
      const bySecond = Map.groupBy(rows, ({ second }) => second);
      const found = [...bySecond.keys()];
      // The last one may go on beyond the chunk: it is read again.
      const whole = rows.length < chunkTotals || found.length < 2 ? found : found.slice(0, -1);
      for (const second of whole) {
        const at = Math.max(0, endOf(second) - start);
        const totals = bySecond.get(second) ?? [];
        const hearts = Object.fromEntries(totals.flatMap(({ kind, total }) => (kind === peakKind ? [] : [[kind, total]])));
        const peak = totals.find(({ kind }) => kind === peakKind)?.total;
        yield { at, place: { second }, entry: json({ at, hearts, ...(peak === undefined ? {} : { peak }) }) };
      }
      if (rows.length < chunkTotals) return;
      from = (whole.at(-1) ?? seconds.to) + 1;
    }
  }
}

/** Both in their own order, the earlier one first. */
async function* merged(
  events: AsyncGenerator<Step, void, undefined>,
  totals: AsyncGenerator<Step, void, undefined>,
): AsyncGenerator<Step, void, undefined> {
  let event = await events.next();
  let total = await totals.next();
  while (!event.done || !total.done) {
    if (!event.done && (total.done || event.value.at <= total.value.at)) {
      yield event.value;
      event = await events.next();
    } else if (!total.done) {
      yield total.value;
      total = await totals.next();
    }
  }
}

/** The first second that ends at a time or after it. */
const secondFrom = (time: number) => Math.ceil(time / 1000) - 1;
/** Totals are those at the end of their second. */
const endOf = (second: number) => (second + 1) * 1000;

/** What all could see, save that some were only shown to a part: who was not to be heard is not heard again. */
function isComment({ type, lane }: { type: EventType; lane: Lane }): boolean {
  return type === "posted" && lane !== "shadow" && lane !== "moderators";
}

const isPin = (type: EventType) => type === "pinned" || type === "unpinned";
const targetOf = ({ line }: StoredEvent): number => Number(JSON.parse(line).data?.offset) || 0;
const json = (value: object) => Buffer.from(JSON.stringify(value));
const entry = (at: number, line: Uint8Array) => Buffer.concat([Buffer.from(`{"at":${at},"publication":`), line, closing]);
const closing = Buffer.from("}");
