/** One room of the store beside the same room of the log, as far back as the log still reaches. */
import { type HistoryPage, limits, type RoomId } from "@madang/contracts";
import type { EventLog } from "@madang/log";
import type { MessageStore, StoredEvent } from "./store/message-store.ts";

/** One room's offsets `from` … `to`. */
export interface Mismatch {
  readonly room: RoomId;
  /** `missing`: the store has no row, though it has come further. `different`: the row is not what the log has. */
  readonly what: "missing" | "different";
  readonly from: number;
  readonly to: number;
}

export interface Comparison {
  /** Compared. */
  readonly events: number;
  /** Rows of type `lost`: known not to be what was sent. */
  readonly lost: number;
  readonly mismatches: readonly Mismatch[];
}

export interface ComparisonOptions {
  store: Pick<MessageStore, "lines">;
  log: Pick<EventLog, "page">;
  /** Ends early when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The newest that both have: backwards from where the store stands, as far as the log still reaches, or the bound. */
export async function compareRoom(
  options: ComparisonOptions,
  { room, head }: { room: RoomId; head: number },
  signal: AbortSignal,
): Promise<Comparison> {
  const mismatches: Mismatch[] = [];
  let events = 0;
  let lost = 0;
  const lowest = Math.max(1, head - limits.auditEvents + 1);
  for (let to = head; to >= lowest && !signal.aborted; ) {
    const compared = await comparePage(options, { room, from: lowest, to });
    if (compared === undefined) break;
    let { wrong } = compared;
    if (wrong.length > 0) {
      // Once more, a little later: rows were being given their event, or records were going, while we read one after the other.
      await options.sleep(limits.auditSecondLookMs, signal);
      wrong = (await comparePage(options, { room, from: compared.from, to }))?.wrong ?? [];
    }
    events += to - compared.from + 1;
    lost += compared.lost;
    mismatches.push(...wrong);
    to = compared.from - 1;
  }
  return { events, lost, mismatches };
}

/** Undefined: the log does not have `to` (any more). */
async function comparePage({ store, log }: ComparisonOptions, { room, from, to }: { room: RoomId; from: number; to: number }) {
  const page = await log.page({ room, from, to, reverse: true, maxBytes: limits.historyBytes });
  if (page === undefined) return undefined;
  const rows = new Map((await store.lines(room, { from: page.from, to })).map((row) => [row.offset, row]));
  return { from: page.from, ...differences(room, page, rows) };
}

function differences(room: RoomId, page: HistoryPage, rows: ReadonlyMap<number, StoredEvent>) {
  const wrong: Mismatch[] = [];
  let lost = 0;
  for (const { offset, line } of page.lines) {
    const row = rows.get(offset);
    if (row?.type === "lost") lost++;
    else if (row === undefined) add(wrong, { room, what: "missing", from: offset, to: offset });
    else if (row.line !== Buffer.from(line).toString("utf8")) add(wrong, { room, what: "different", from: offset, to: offset });
  }
  return { wrong, lost };
}

/** Neighbours of one kind are one finding. */
function add(wrong: Mismatch[], next: Mismatch): void {
  const last = wrong.at(-1);
  if (last?.what === next.what && last.to + 1 === next.from) wrong[wrong.length - 1] = { ...last, to: next.to };
  else wrong.push(next);
}
