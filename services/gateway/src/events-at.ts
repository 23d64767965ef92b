/** Single events of a room, by their places: the words of what is pinned, held or reported, and who muted whom and why. */
import { type Line, limits, type Publication, publicationOf, type RoomId } from "@madang/contracts";
import type { RoomState } from "@madang/room-state";
import { within } from "@madang/runtime";
import type { Gateway } from "./gateway.ts";
import { HistoryUnavailable } from "./past.ts";

type Sources = Pick<Gateway, "hub" | "past">;

/** One line as log or store has it; undefined: it is in no place any more. @throws HistoryUnavailable */
export async function lineAt({ hub, past }: Sources, room: RoomId, offset: number): Promise<Line | undefined> {
  const feed = hub.get(room);
  const recent = feed?.live ? feed.recent(offset, offset) : undefined;
  if (recent?.[0] !== undefined) return recent[0];
  const lines = await past.page({ room, from: offset, to: offset, reverse: false, maxBytes: limits.historyBytes });
  return lines === "lost" ? undefined : lines[0];
}

/** As they read now, by offset; what is in no place any more is left out. @throws HistoryUnavailable: some cannot be read now */
export async function eventsAt(
  sources: Sources,
  room: RoomId,
  { offsets, state }: { offsets: Iterable<number>; state: RoomState },
): Promise<ReadonlyMap<number, Publication>> {
  const found = new Map<number, Publication>();
  const left = [...new Set(offsets)];
  let stopped = false;
  const work = async () => {
    for (let offset = left.pop(); offset !== undefined && !stopped; offset = left.pop()) {
      const line = await lineAt(sources, room, offset);
      if (line !== undefined) found.set(offset, publicationOf(state.changes.view(line)));
    }
  };
  const all = Promise.all(Array.from({ length: limits.eventsAtOnce }, work));
  try {
    await within(limits.historyRequestMs, all, () => new HistoryUnavailable("not all of the events were found in time"));
  } finally {
    stopped = true;
  }
  return found;
}
