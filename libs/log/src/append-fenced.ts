import { limits, type RoomId } from "@madang/contracts";
import { backoff, within } from "@madang/runtime";
import {
  AppendRefused,
  AppendUnanswered,
  Emptied,
  Fenced,
  LogFull,
  LogUnavailable,
  OutcomeUnknown,
  RolledBack,
} from "./errors.ts";
import type { NewRecord, RecordStore } from "./ports.ts";

export interface FencedAppend {
  room: RoomId;
  record: NewRecord;
  expectedLast: number;
  /** Asked before each try: rejects if what we build on is not there any more. @throws AppendRefused | Fenced | RolledBack | LogUnavailable */
  stillStands: () => Promise<void>;
  /** Monotonic, ms: a clock that is set must neither end the doubt nor prolong it. */
  now: () => number;
  /** Waits between tries. */
  pause: (ms: number) => Promise<void>;
  /** Told when doubt begins. */
  doubted?: () => void;
}

/**
 * One append, through doubt to certainty. Without an answer, or refused, the room's last record tells: ours, and it is stored;
 * another's, and we are fenced; the one we expected, and we try the same again.
 *
 * @throws Fenced | LogFull
 * @throws Emptied: the room has no records any more
 * @throws RolledBack: the log has no record as new as the one we know of, for `limits.rolledBackAfterMs`, or has another in its place
 * @throws OutcomeUnknown: still in doubt after `limits.commitDeadlineMs`, or when the log is full by then
 * @throws LogUnavailable: nobody has taken it by then, and nothing is stored
 */
export async function appendFenced(
  records: RecordStore,
  { room, record, expectedLast, stillStands, now, pause, doubted }: FencedAppend,
): Promise<number> {
  const deadline = now() + limits.commitDeadlineMs;
  let inDoubt = false;
  let olderSince: number | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      await stillStands();
      return await records.append(room, record, expectedLast);
    } catch (cause) {
      // "Full" says nothing of an earlier try, which may be on its way still.
      if (cause instanceof LogFull && inDoubt) throw outcomeUnknown(room, cause);
      const unclear = [AppendRefused, AppendUnanswered, LogUnavailable].some((kind) => cause instanceof kind);
      if (!unclear) throw cause;
      if (!inDoubt && cause instanceof AppendUnanswered) {
        inDoubt = true;
        doubted?.();
      }
      // What nobody took needs no looking after; and while a leader is elected, a look would be in vain, and long.
      const lookMs = Math.min(limits.lookMs * 2 ** attempt, limits.logRequestMs);
      const look = () => within(lookMs, records.last(room), () => new LogUnavailable(`no look at ${room}`));
      const last = cause instanceof LogUnavailable ? "unknown" : await look().catch(() => "unknown" as const);
      if (last !== "unknown") {
        if (last?.generation === record.generation && last.batchId === record.batchId) return last.sequence;
        if ((last?.sequence ?? 0) > expectedLast) throw new Fenced(room, { cause });
        if (last === undefined && expectedLast > 0) throw new Emptied(`${room} has no records any more`, { cause });
      }
      // A leader that was just elected, or is no leader any more, may be behind for a moment.
      const older = cause instanceof AppendRefused && last !== "unknown" && (last?.sequence ?? 0) < expectedLast;
      olderSince = older ? (olderSince ?? now()) : undefined;
      if (olderSince !== undefined && now() - olderSince > limits.rolledBackAfterMs)
        throw new RolledBack(`the log of ${room} has lost its newest records`, { cause });
      if (now() > deadline) {
        if (inDoubt) throw outcomeUnknown(room, cause);
        throw new LogUnavailable(`nobody has taken an append to ${room}`, { cause });
      }
      await pause(backoff(attempt, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }));
    }
  }
}

function outcomeUnknown(room: RoomId, cause: unknown): OutcomeUnknown {
  return new OutcomeUnknown(`the outcome of an append to ${room} is unknown`, { cause });
}
