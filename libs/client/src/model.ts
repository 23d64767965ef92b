/**
 * What a client shows: plain data that never changes. When something becomes different there is a new object, and all others stay the very
 * same, so that a view compares by identity.
 */
import type { Counters, Role, RoomLifeState, RoomSettings } from "./protocol.ts";

/** Where the connection is. `closed` is for good: `code` and `reason` are the protocol's (closes of connections). */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected"; readonly user: string }
  /** Lost, and on its way back by itself. */
  | { readonly kind: "reconnecting"; readonly sinceMs: number }
  | { readonly kind: "closed"; readonly code: number; readonly reason: string };

/** How one stands with a room. `left` is for good unless one joins again: banned (2000), not made (102), not let in (103), … */
export type Membership =
  | { readonly kind: "joining" }
  | { readonly kind: "live" }
  | { readonly kind: "left"; readonly code: number; readonly reason: string };

export interface Person {
  readonly user: string;
  /** Of the token's `info`, or else of the user id; a visitor's is short. */
  readonly name: string;
  /** The token's `info` as it is. */
  readonly info?: unknown;
}

/** A failure with the number of the protocol's table. */
export interface Problem {
  readonly code: number;
  readonly message: string;
  /** When it would be taken, ms since 1970, where the room knows. */
  readonly retryAt?: number;
}

/** What became of a message of one's own. Those of others are `sent`. */
export type MessageState =
  | { readonly kind: "sending" }
  | { readonly kind: "sent" }
  /** Waits for a moderator. */
  | { readonly kind: "held" }
  /** The room declined it: it may be sent again, at `retryAt` if that is known. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** It could not be sent at all, and nobody tries any more. */
  | { readonly kind: "failed"; readonly problem: Problem };

/** Places in a timeline. `key` is unique in it and stays the same from the echo of a message to its place in the room. */
export type Entry = Message | Gift | Notice | Skipped | Gap;

export interface Message {
  readonly kind: "message";
  readonly key: string;
  /** Its place in the room; none while it is on its way. */
  readonly offset?: number;
  readonly id: string;
  /** None: the site itself. */
  readonly author?: Person;
  readonly mine: boolean;
  readonly mentionsMe: boolean;
  /** ms since 1970, by the server's clock, or by ours while it is on its way. */
  readonly at: number;
  /** `data.text`, or else the data as JSON; empty once it was taken away. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly edited: boolean;
  /** Taken away by a moderator or its author: there is nothing to read any more. */
  readonly deleted: boolean;
  /** Some of its words are hidden by the room's list. */
  readonly masked: boolean;
  readonly state: MessageState;
}

export interface Gift {
  readonly kind: "gift";
  readonly key: string;
  readonly offset: number;
  readonly at: number;
  readonly user: string;
  /** In the currency's smallest unit. */
  readonly amount: number;
  readonly currency: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What happened to the room, for those who see it: `type` is the event's, e.g. `configured`, `opened`, `closed`, `rewound`, `moderated`. */
export interface Notice {
  readonly kind: "notice";
  readonly key: string;
  readonly offset: number;
  readonly at: number;
  readonly type: string;
  readonly by?: Person;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Left out of a flood, and declared: `count` lines among `from` … `to`. */
export interface Skipped {
  readonly kind: "skipped";
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Missed, and not read yet: `room.fillGap(gap)` reads it. */
export interface Gap {
  readonly kind: "gap";
  readonly key: string;
  /** The first and the last offset that are missing. */
  readonly from: number;
  readonly to: number;
  readonly filling: boolean;
}

/** All there is to show of a room. */
export interface RoomView {
  readonly room: string;
  readonly membership: Membership;
  readonly title: string;
  readonly role: Role;
  readonly settings: RoomSettings;
  readonly life: RoomLifeState;
  /** ms since 1970; of a scheduled room. */
  readonly startsAt?: number;
  /** In the order of the room, then what is on its way. Bounded: the oldest leave while one reads at the end. */
  readonly entries: readonly Entry[];
  /** Whether there is more of the past, and whether it is being read. */
  readonly older: "none" | "more" | "loading";
  /** None until the room has told them. */
  readonly counters?: Counters;
  /** Pinned messages as they read now, in the order in which they were pinned. */
  readonly pinned: readonly Message[];
  /** Who types now. */
  readonly typing: readonly string[];
  /** Until when one's own next message would be refused (slow mode, a mute, a lockdown), as far as it is known, ms since 1970 by our clock. */
  readonly quietUntil?: number;
  /** Hearts of one's own that the totals do not have yet, so that a tap shows at once, and once. */
  readonly heartsPending: number;
}
