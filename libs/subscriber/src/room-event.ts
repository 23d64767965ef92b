/** An event as a subscriber gets it: the line of the log, and what its batch says of it. */
import {
  type Author,
  type Batch,
  type ClientInfo,
  decodeBatch,
  type Epoch,
  type EventEntry,
  type EventType,
  eventsOf,
  type JsonObject,
  type Lane,
  type Publication,
  publicationOf,
  RoomId,
} from "@madang/contracts";

export interface RoomEvent {
  /** Room and offset together name one event for ever: whoever has seen them has seen it. */
  readonly room: RoomId;
  readonly offset: number;
  readonly epoch: Epoch;
  /** A later version may have types that this one does not list: pass them over. */
  readonly type: EventType;
  /** Whose it is; `""` for the site's own server. */
  readonly author: Author;
  readonly lane: Lane;
  /** User ids. */
  readonly mentions: readonly string[];
  readonly data: JsonObject;
  /** Absent for what the server itself published. */
  readonly info?: ClientInfo;
  readonly tags: Publication["tags"];
  /** Server time, ms since 1970. */
  readonly time: number;
}

/** The events of a batch that came on a subject, in their order. What cannot be read is told, and passed over. */
export function eventsIn(subject: string, body: Uint8Array, unreadable: (error: unknown) => void): RoomEvent[] {
  try {
    const room = RoomId.parse(subject.slice(subject.lastIndexOf(".") + 1));
    const batch = decodeBatch(body);
    return eventsOf(batch).flatMap((entry) => {
      try {
        return [roomEvent(room, batch, entry)];
      } catch (error) {
        unreadable(error);
        return [];
      }
    });
  } catch (error) {
    unreadable(error);
    return [];
  }
}

function roomEvent(room: RoomId, { epoch }: Pick<Batch, "epoch">, entry: EventEntry): RoomEvent {
  const { offset, type, author, lane, mentions } = entry;
  const { data, info, tags } = publicationOf(entry);
  return { room, offset, epoch, type, author, lane, mentions, data, ...(info && { info }), tags, time: Number(tags.time) };
}

/** Whether viewers are shown it, be it only some. What is not stays between its author and staff, or staff alone. */
export function isForViewers({ lane }: Pick<RoomEvent, "lane">): boolean {
  return lane !== "shadow" && lane !== "moderators";
}
