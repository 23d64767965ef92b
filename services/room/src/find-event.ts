/** One event of a room, by its offset: from the log, and where that has it no more, from the store. */
import type { Bus } from "@madang/bus";
import { decodeHistoryReply, encodeJson, type HistoryQuery, type Line, limits, type RoomId, subjects } from "@madang/contracts";
import { type EventLog, LogUnavailable } from "@madang/log";

/** Undefined: there is none. @throws LogUnavailable: neither of them says */
export async function findEvent(
  { log, bus }: { log: Pick<EventLog, "page">; bus: Pick<Bus, "request"> },
  room: RoomId,
  offset: number,
): Promise<Line | undefined> {
  const query = { room, from: offset, to: offset, reverse: false, maxBytes: limits.historyBytes };
  const page = await log.page(query);
  if (page !== undefined) return page.lines[0];
  const reply = await bus
    .request(subjects.history, encodeJson({ v: 1, ...query } satisfies HistoryQuery), { timeoutMs: limits.historyRequestMs })
    .catch((cause: unknown) => {
      throw new LogUnavailable(`nobody knows event ${offset} of ${room}`, { cause });
    });
  const answer = decodeHistoryReply(reply);
  if (answer.ok) return answer.page.lines[0];
  if (answer.reason === "lost") return undefined;
  throw new LogUnavailable(`nobody knows event ${offset} of ${room}`);
}
