import type { Lane } from "@madang/contracts";
import type { StoredEvent } from "./message-store.ts";

/** Whom a line is for, as tables have it: nothing for all, and nothing where nobody is mentioned. */
export function marksOf({ lane, mentions }: Pick<StoredEvent, "lane" | "mentions">): [string | null, string | null] {
  return [lane === "all" ? null : lane, mentions.length === 0 ? null : JSON.stringify(mentions)];
}

export function marksFrom(lane: Lane | null, mentions: string | null): Pick<StoredEvent, "lane" | "mentions"> {
  return { lane: lane ?? "all", mentions: mentions === null ? [] : JSON.parse(mentions) };
}
