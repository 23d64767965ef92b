/** What an operator reads of connections and members, in the log. The end of a trouble has the level of its beginning. */
import type { Logger } from "@madang/runtime";
import type { MemberNews } from "./membership.ts";
import type { PulseNews } from "./pulse.ts";
import type { TroubleNews } from "./troubles.ts";

export function tellOfPulse(logger: Logger, { kind }: PulseNews): void {
  logger.warn({ kind }, "pulse");
}

export function tellOfMembers(logger: Logger, { what, kind, member }: MemberNews): void {
  logger.info({ kind, member }, `member ${what}`);
}

export function tellOfLeases(logger: Logger, news: TroubleNews): void {
  if (news.kind === "began") logger.warn({ error: news.error }, "leases cannot be renewed");
  else logger.warn("leases are renewed again");
}
