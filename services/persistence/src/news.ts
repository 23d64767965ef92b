/** What an operator reads of, in the log. The end of a trouble has the level of its beginning: whoever read of one reads of the other. */
import { type Logger, withoutQuotes } from "@madang/runtime";
import type { AuditNews } from "./audit.ts";
import type { ProjectorNews } from "./projector.ts";
import type { StoreNews } from "./store-watch.ts";
import type { WaitNews } from "./waiting.ts";

export function tellOfAudit(logger: Logger, news: AuditNews): void {
  switch (news.kind) {
    case "mismatch":
      return logger.error({ ...news.mismatch }, "the store is not what the log is");
    case "round":
      return logger.info({ ...news.figures }, "audit");
    case "unread":
      return logger.warn({ room: news.room, error: news.error }, "a room cannot be compared");
    case "waits":
      return logger.warn({ error: news.error }, "audit waits");
    case "goes-on":
      return logger.warn("audit goes on");
    default:
      return news satisfies never;
  }
}

export function tellOfStore(logger: Logger, news: StoreNews): void {
  if (news.kind === "silent") logger.warn({ error: news.error }, "the store does not answer");
  else logger.warn("the store answers again");
}

export function tellOfInterruption(logger: Logger, shard: number, news: WaitNews): void {
  if (news.kind === "waits") logger.warn({ error: news.error, shard }, "projector interrupted");
  else logger.warn({ shard }, "projector goes on");
}

export function tellOfProjector(logger: Logger, shard: number, news: ProjectorNews): void {
  switch (news.kind) {
    case "paused":
      return logger.warn({ error: news.error, shard, waitMs: news.waitMs }, "projector waits");
    case "resumed":
      return logger.warn({ shard }, "projector goes on");
    case "buried": {
      const { body: _, reason, ...letter } = news.letter;
      return logger.error({ letter: { ...letter, reason: withoutQuotes(reason) } }, "dead letter");
    }
    case "missing":
      return logger.error({ shard, ...news }, "the log has lost events");
    default:
      return news satisfies never;
  }
}
