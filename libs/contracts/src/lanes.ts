/** Whether a line is for somebody. */
import type { Line } from "./events.ts";

export interface Reader {
  readonly user: string;
  readonly staff: boolean;
  /** Their part of the audience, if it is split. */
  readonly shard: number | undefined;
}

export function isFor(
  { user, staff, shard }: Reader,
  { lane, author, mentions }: Pick<Line, "lane" | "author" | "mentions">,
): boolean {
  if (lane === "all" || staff) return true;
  const own = author === user && user !== "";
  switch (lane) {
    case "moderators":
      return false;
    case "shadow":
      return own;
    case "skipped":
      return own || mentions.includes(user);
    default:
      return own || mentions.includes(user) || lane === `shard:${shard}`;
  }
}
