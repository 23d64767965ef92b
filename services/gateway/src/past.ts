/** A room's past, wherever it is: asked of persistence, which has store and log, and of the log itself while nobody answers there. */
import type { Bus } from "@madang/bus";
import {
  decodeHistoryReply,
  encodeJson,
  type HistoryQuery,
  type HistoryReply,
  type Line,
  limits,
  type RoomId,
  subjects,
} from "@madang/contracts";
import type { EventLog } from "@madang/log";

/** The past cannot be read now, neither in the store nor in the log. */
export class HistoryUnavailable extends Error {
  override readonly name = "HistoryUnavailable";
}

export interface PastOptions {
  bus: Pick<Bus, "request">;
  log: Pick<EventLog, "page">;
  restoredAt?: (room: RoomId) => number | undefined;
}

export class Past {
  readonly #bus: Pick<Bus, "request">;
  readonly #log: Pick<EventLog, "page">;
  readonly #restoredAt: (room: RoomId) => number | undefined;

  /** @param restoredAt what is known here of events that bring something back: those who store them may not have them yet. */
  constructor({ bus, log, restoredAt = () => undefined }: PastOptions) {
    this.#bus = bus;
    this.#log = log;
    this.#restoredAt = restoredAt;
  }

  /** Consecutive lines of the range, at least one; `lost` when they are in no place any more. @throws HistoryUnavailable */
  async page(query: Omit<HistoryQuery, "v" | "restoredAt">): Promise<readonly Line[] | "lost"> {
    const restoredAt = this.#restoredAt(query.room);
    const reply = await this.#ask({ v: 1, ...query, ...(restoredAt === undefined ? {} : { restoredAt }) });
    if (reply.ok) return reply.page.lines;
    const page = await this.#log.page(query).catch((cause: unknown) => {
      throw new HistoryUnavailable("neither persistence nor the log answers", { cause });
    });
    if (page !== undefined) return page.lines;
    if (reply.reason === "lost") return "lost";
    throw new HistoryUnavailable("persistence does not answer, and the log has it no more");
  }

  async #ask(query: HistoryQuery): Promise<HistoryReply> {
    try {
      return decodeHistoryReply(
        await this.#bus.request(subjects.history, encodeJson(query), { timeoutMs: limits.historyRequestMs }),
      );
    } catch {
      return { ok: false, reason: "unavailable" };
    }
  }
}
