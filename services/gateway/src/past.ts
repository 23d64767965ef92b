/** A room's past, wherever it is: asked of persistence, which has store and log, and of the log itself while nobody answers there. */
import type { Bus } from "@madang/bus";
import {
  decodeHistoryReply,
  ErrorCode,
  type HistoryPage,
  type HistoryQuery,
  type HistoryReply,
  limits,
  subjects,
} from "@madang/contracts";
import type { EventLog } from "@madang/log";
import { ReplyError } from "./reply-error.ts";

export class Past {
  readonly #bus: Pick<Bus, "request">;
  readonly #log: Pick<EventLog, "page">;

  constructor({ bus, log }: { bus: Pick<Bus, "request">; log: Pick<EventLog, "page"> }) {
    this.#bus = bus;
    this.#log = log;
  }

  /** @throws ReplyError 112 for lines that are in no place any more, 1003 when no place can be read now */
  async page(query: Omit<HistoryQuery, "v">): Promise<HistoryPage> {
    const reply = await this.#ask({ v: 1, ...query });
    if (reply.ok) return reply.page;
    const fromLog = await this.#log.page(query).catch((cause: unknown) => {
      throw new ReplyError(ErrorCode.historyUnavailable, { cause });
    });
    if (fromLog !== undefined) return fromLog;
    throw new ReplyError(reply.reason === "lost" ? ErrorCode.unrecoverablePosition : ErrorCode.historyUnavailable);
  }

  async #ask(query: HistoryQuery): Promise<HistoryReply> {
    try {
      const reply = await this.#bus.request(subjects.history, Buffer.from(JSON.stringify(query)), {
        timeoutMs: limits.historyRequestMs,
      });
      return decodeHistoryReply(reply);
    } catch {
      return { ok: false, reason: "unavailable" };
    }
  }
}
