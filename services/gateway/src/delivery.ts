/** What of some lines one reader gets, and what is declared to them in place of the rest. */
import type { Line, Skip } from "@madang/contracts";
import type { Recipient, RoomView } from "./room-view.ts";

export interface Part {
  readonly lines: readonly Line[];
  /** Lines that were sampled out, and its place: that of the last of all. */
  readonly skip?: { readonly skip: Skip; readonly offset: number };
}

/** Lines in rising order, as they read now. */
export function partFor(reader: Recipient, lines: readonly Line[], view: RoomView): Part {
  const own: Line[] = [];
  const skipped: Line[] = [];
  for (const line of lines) {
    if (!view.isFor(line, reader)) {
      // Lines of other lanes are none of their business.
      if (line.lane === "skipped") skipped.push(line);
    } else if (!isHidden(line, reader)) own.push(line);
  }
  const [first, last] = [skipped[0], skipped.at(-1)];
  if (first === undefined || last === undefined) return { lines: own };
  const skip: Skip = { from: first.offset, to: last.offset, count: skipped.length, reason: "sampled" };
  // An SDK takes for its position whatever offset it sees last: it must not go back.
  return { lines: own, skip: { skip, offset: Math.max(last.offset, own.at(-1)?.offset ?? 0) } };
}

/** Whether it is the word of somebody whom they block. What a blocked moderator does to the room concerns them still. */
export function isHidden(line: Line, { blocked }: Pick<Recipient, "blocked">): boolean {
  return blocked.size > 0 && isWord(line) && blocked.has(line.author);
}

/** Whether it holds what its author says. */
export function isWord({ type, author }: Line): boolean {
  return author !== "" && (type === "posted" || type === "edited" || type === "held");
}
