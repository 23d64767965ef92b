/** What a room makes of a command. */
import type {
  Author,
  EventType,
  JsonObject,
  Lane,
  Line,
  MessageId,
  ProtocolError,
  Publication,
  Refusal,
  Speaker,
} from "@madang/contracts";

/** An event that is to be appended, and whom it is for. */
export interface Planned {
  readonly event: Publication;
  readonly lane: Lane;
  readonly mentions: readonly string[];
}

export type Decision =
  /** In this order; the answer is the place of the last. `held`: it waits for a moderator. */
  | { kind: "append"; events: readonly [Planned, ...Planned[]]; held?: true }
  /** The same command came before and has this place; it may not be committed yet. */
  | { kind: "repeat"; offset: number }
  | { kind: "refuse"; refusal: Refusal };

/** `retryAfterMs`: when it may be taken, if anybody knows: nothing that is infinite or past. */
export function refuse(error: ProtocolError, retryAfterMs?: number): Decision {
  const known = retryAfterMs !== undefined && Number.isFinite(retryAfterMs) && retryAfterMs > 0;
  return { kind: "refuse", refusal: { ...error, ...(known ? { retryAfterMs: Math.ceil(retryAfterMs) } : {}) } };
}

/** What an act is about: an event of the room, as it was committed. */
export interface Target {
  readonly offset: number;
  readonly type: EventType;
  readonly author: Author;
  readonly lane: Line["lane"];
  readonly mentions: readonly string[];
  readonly publication: Publication;
}

/** What the store knows of a gift: where it stands; without an `offset`, that there is none up to `upTo`. */
export interface StoredGift {
  readonly offset?: number;
  readonly upTo: number;
}

/** An event of somebody. */
export function eventBy(
  by: Pick<Speaker, "info">,
  { offset, now, type, id, data }: { offset: number; now: number; type: EventType; id: MessageId; data: JsonObject },
): Publication {
  return { data, ...(by.info === undefined ? {} : { info: by.info }), offset, tags: { type, id, time: String(now) } };
}
