/**
 * Compares the store with the log, room after room and all the time, and says where they differ. It changes nothing: rows are never
 * mended behind anybody's back.
 */
import { limits, type Position, type RoomId } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { type ComparisonOptions, compareRoom, type Mismatch } from "./comparison.ts";
import { type MessageStore, StoreUnavailable } from "./store/message-store.ts";
import { Waiting, type WaitNews } from "./waiting.ts";

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

/** What an operator wants to hear of. */
export type AuditNews =
  | { kind: "mismatch"; mismatch: Mismatch }
  | { kind: "round"; figures: AuditFigures }
  /** A room that cannot be compared, though log and store answer. */
  | { kind: "unread"; room: RoomId; error: unknown }
  /** Log or store does not answer; or does again. */
  | WaitNews;

export interface AuditOptions extends ComparisonOptions {
  store: Pick<MessageStore, "rooms" | "lines">;
  /** Monotonic, ms. */
  now: () => number;
  report: (news: AuditNews) => void;
}

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
  const waiting = new Waiting(options.report);
  while (!signal.aborted) {
    try {
      await auditAll(options, findings, signal);
      waiting.well();
      if (!signal.aborted) options.report({ kind: "round", figures: { ...findings.sum } });
    } catch (error) {
      waiting.failed(error);
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
    let rested = false;
    for (const [room, { epoch, offset }] of page) {
      if (signal.aborted) return;
      after = room;
      const then = foundRight.get(room);
      if (then?.offset === offset && then.epoch === epoch && now() - then.at < limits.auditAgainMs) continue;
      foundRight.delete(room);
      const began = now();
      try {
        const found = await compareRoom(options, { room, head: offset }, signal);
        sum.rooms++;
        sum.events += found.events;
        sum.lost += found.lost;
        for (const mismatch of found.mismatches) {
          sum[mismatch.what] += mismatch.to - mismatch.from + 1;
          report({ kind: "mismatch", mismatch });
        }
        if (found.mismatches.length === 0 && foundRight.size < limits.auditRememberedRooms)
          foundRight.set(room, { epoch, offset, at: now() });
      } catch (error) {
        if (error instanceof LogUnavailable || error instanceof StoreUnavailable) throw error;
        sum.unread++;
        report({ kind: "unread", room, error });
      }
      // A room at a time, so that nobody notices it.
      await sleep(restMs(now() - began), signal);
      rested = true;
    }
    if (!rested) await sleep(limits.auditRestMs, signal);
  } while (page.size === limits.auditPageRooms);
  sum.rounds++;
}

const restMs = (tookMs: number) =>
  Math.max(limits.auditRestMs, Math.min(limits.auditLongestRestMs, limits.auditRestTimes * tookMs));
