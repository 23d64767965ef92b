/**
 * Compares the store with the log, room after room and all the time, and says where they differ. It changes nothing: rows are never
 * mended behind anybody's back.
 */
import { type HistoryPage, limits, type Position, type RoomId } from "@madang/contracts";
import { type EventLog, LogUnavailable } from "@madang/log";
import { type MessageStore, type StoredLine, StoreUnavailable } from "./store/message-store.ts";

/** One room's offsets `from` … `to`. */
export interface Mismatch {
  readonly room: RoomId;
  /** `missing`: the store has no row, though it has come further. `different`: the row is not what the log has. */
  readonly what: "missing" | "different";
  readonly from: number;
  readonly to: number;
}

/** What was looked at, since this replica began to audit. */
export interface AuditFigures {
  readonly rounds: number;
  readonly rooms: number;
  readonly events: number;
  /** Rows of type `lost`: known not to be what was sent. */
  readonly lost: number;
  readonly missing: number;
  readonly different: number;
  /** Rooms that could not be compared. */
  readonly unread: number;
}

type Sum = { -readonly [figure in keyof AuditFigures]: number };

/** One room that cannot be compared, though log and store answer. */
export class RoomNotCompared extends Error {
  override readonly name = "RoomNotCompared";
  readonly room: RoomId;

  constructor(room: RoomId, options: ErrorOptions) {
    super(`room ${room} cannot be compared`, options);
    this.room = room;
  }
}

export interface AuditOptions {
  store: Pick<MessageStore, "rooms" | "lines">;
  log: Pick<EventLog, "page">;
  /** Monotonic, ms. */
  now: () => number;
  /** Ends early when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  report: (
    news: { kind: "mismatch"; mismatch: Mismatch } | { kind: "round"; figures: AuditFigures } | { kind: "waits"; error: unknown },
  ) => void;
}

/** A room is followed by a rest of so many times what it took, so that the audit takes no more than 5 % of the time; up to the longest. */
const restShare = 20;
const longestRestMs = 5_000;
/** A room in which nothing has happened since it was found right is compared again after this: rows do not change by themselves. */
const againMs = 3_600_000;
/** Rooms whose last comparison is remembered, 150 bytes each. */
const rememberedRooms = 50_000;

/** Where a room stood when it was found right, and when that was. */
type FoundRight = Map<RoomId, Position & { readonly at: number }>;

/** What was found so far: what a round that breaks off has found stays found. */
export interface Findings {
  readonly sum: Sum;
  readonly foundRight: FoundRight;
}

export const noFindings = (): Findings => ({
  sum: { rounds: 0, rooms: 0, events: 0, lost: 0, missing: 0, different: 0, unread: 0 },
  foundRight: new Map(),
});

/** Until the signal aborts, round after round. What is away is waited for. */
export async function audit(options: AuditOptions, signal: AbortSignal): Promise<void> {
  const findings = noFindings();
  while (!signal.aborted) {
    try {
      await auditAll(options, findings, signal);
      if (!signal.aborted) options.report({ kind: "round", figures: { ...findings.sum } });
    } catch (error) {
      options.report({ kind: "waits", error });
    }
    await options.sleep(limits.auditEveryMs, signal);
  }
}

/** One round over every room of the store. */
export async function auditAll(options: AuditOptions, { sum, foundRight }: Findings, signal: AbortSignal): Promise<void> {
  const { store, now, sleep, report } = options;
  let page: Map<RoomId, Position>;
  let after: RoomId | undefined;
  do {
    page = await store.rooms({ after, atMost: limits.auditPageRooms });
    for (const [room, { epoch, offset }] of page) {
      if (signal.aborted) return;
      after = room;
      const then = foundRight.get(room);
      if (then?.offset === offset && then.epoch === epoch && now() - then.at < againMs) continue;
      foundRight.delete(room);
      const began = now();
      try {
        const found = await auditRoom(options, { room, head: offset }, signal);
        sum.rooms++;
        sum.events += found.events;
        sum.lost += found.lost;
        for (const mismatch of found.mismatches) {
          sum[mismatch.what] += mismatch.to - mismatch.from + 1;
          report({ kind: "mismatch", mismatch });
        }
        if (found.mismatches.length === 0 && foundRight.size < rememberedRooms)
          foundRight.set(room, { epoch, offset, at: now() });
      } catch (cause) {
        if (cause instanceof LogUnavailable || cause instanceof StoreUnavailable) throw cause;
        sum.unread++;
        report({ kind: "waits", error: new RoomNotCompared(room, { cause }) });
      }
      // A room at a time, so that nobody notices it.
      await sleep(Math.max(limits.auditRestMs, Math.min(longestRestMs, restShare * (now() - began))), signal);
    }
    await sleep(limits.auditRestMs, signal);
  } while (page.size === limits.auditPageRooms);
  sum.rounds++;
}

interface RoomFindings {
  events: number;
  lost: number;
  mismatches: Mismatch[];
}

/** Of one room the newest that both have: backwards from where the store stands, as far as the log still reaches, or the bound. */
async function auditRoom(
  options: AuditOptions,
  { room, head }: { room: RoomId; head: number },
  signal: AbortSignal,
): Promise<RoomFindings> {
  const found: RoomFindings = { events: 0, lost: 0, mismatches: [] };
  const lowest = Math.max(1, head - limits.auditEvents + 1);
  for (let to = head; to >= lowest && !signal.aborted; ) {
    const compared = await compare(options, { room, from: lowest, to });
    if (compared === undefined) break;
    let { wrong } = compared;
    if (wrong.length > 0) {
      // Once more, a little later: rows were being given their event, or records were going, while we read one after the other.
      await options.sleep(limits.auditSecondLookMs, signal);
      wrong = (await compare(options, { room, from: compared.from, to }))?.wrong ?? [];
    }
    found.events += to - compared.from + 1;
    found.lost += compared.lost;
    found.mismatches.push(...wrong);
    to = compared.from - 1;
  }
  return found;
}

/** One page. Undefined: the log does not have `to` (any more). */
async function compare({ store, log }: AuditOptions, { room, from, to }: { room: RoomId; from: number; to: number }) {
  const page = await log.page({ room, from, to, reverse: true, maxBytes: limits.historyBytes });
  if (page === undefined) return undefined;
  const rows = new Map((await store.lines(room, { from: page.from, to })).map((row) => [row.offset, row]));
  return { from: page.from, ...differences(room, page, rows) };
}

function differences(room: RoomId, page: HistoryPage, rows: ReadonlyMap<number, StoredLine>) {
  const wrong: Mismatch[] = [];
  let lost = 0;
  for (const [index, line] of page.lines.entries()) {
    const offset = page.from + index;
    const row = rows.get(offset);
    if (row !== undefined && isLost(row)) lost++;
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

function isLost({ line }: StoredLine): boolean {
  // Most lines are not even parsed.
  return line.includes('"type":"lost"') && JSON.parse(line).tags?.type === "lost";
}
