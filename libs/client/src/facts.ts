/** What a room is like at present: told once, and then changed by its events. It knows no socket and no clock. */

import { editedBy, messageOf, pinnedBy } from "./entry.ts";
import type { Message } from "./model.ts";
import type { Counters, Role, RoomLifeState, RoomSettings } from "./protocol.ts";
import { type Publication, publicationOfWire } from "./wire.ts";

export interface RoomFacts {
  readonly title: string;
  readonly role: Role;
  readonly settings: RoomSettings;
  readonly life: RoomLifeState;
  readonly startsAt?: number;
  readonly counters?: Counters;
  /** As publications at their own offsets, in the order in which they were pinned. */
  readonly pinned: readonly Publication[];
}

/** Until the room has said what it is like. */
export const unknownFacts: RoomFacts = {
  title: "",
  role: "viewer",
  settings: {
    slowModeMs: 0,
    slowModeExemptsMembers: false,
    uniqueChat: false,
    emoteOnly: false,
    links: true,
    audience: "everyone",
    accountAgeMs: 0,
    frozen: false,
    lockdownUntil: 0,
    editWindowMs: 300_000,
    samplePerS: null,
    shardCapacity: 0,
    heartsPerUserPerS: 20,
    review: null,
    wordsChangedAt: 0,
  },
  life: "open",
  pinned: [],
};

/** The answer of `rpc info`. */
export interface Info {
  readonly title: string;
  readonly state: RoomLifeState;
  readonly startsAt: number | null;
  readonly settings: Partial<RoomSettings>;
  readonly pinned: readonly unknown[];
  readonly role: Role;
  readonly counters: Counters;
}

export function factsOf({ title, state, startsAt, settings, pinned, role, counters }: Info): RoomFacts {
  return {
    title,
    role,
    settings: { ...unknownFacts.settings, ...settings },
    life: state,
    ...(startsAt === null ? {} : { startsAt }),
    counters,
    pinned: pinned.map(publicationOfWire),
  };
}

const lifeOf: Readonly<Record<string, RoomLifeState>> = { scheduled: "scheduled", opened: "open", closed: "ended" };

/** The same object if the event changes nothing here. */
export function changed(facts: RoomFacts, event: Publication): RoomFacts {
  const { data, tags } = event;
  const offset = Number(data.offset);
  const type = tags.type ?? "";
  switch (type) {
    case "configured":
    case "scheduled":
    case "opened":
    case "closed":
      return {
        ...facts,
        ...(typeof data.title === "string" ? { title: data.title } : {}),
        ...(typeof data.startsAt === "number" ? { startsAt: data.startsAt } : {}),
        life: lifeOf[type] ?? facts.life,
        settings: { ...facts.settings, ...(data.settings as Partial<RoomSettings> | undefined) },
      };
    case "counters":
      // Not its state: signals may be late, and events are not.
      return { ...facts, counters: data as unknown as Counters };
    case "pinned": {
      const others = facts.pinned.filter((one) => one.offset !== offset);
      const pinned = pinnedBy(event);
      return { ...facts, pinned: pinned === undefined ? others : [...others, pinned] };
    }
    case "unpinned":
    case "deleted":
      return without(facts, (one) => one.offset === offset);
    case "purged":
      return without(facts, ({ info, offset: place = 0 }) => info?.user === data.user && place <= Number(data.upTo));
    case "edited":
      if (tags.deleted !== undefined || !facts.pinned.some((one) => one.offset === offset)) return facts;
      return { ...facts, pinned: facts.pinned.map((one) => (one.offset === offset ? editedBy(one, event) : one)) };
    default:
      return facts;
  }
}

function without(facts: RoomFacts, gone: (one: Publication) => boolean): RoomFacts {
  return facts.pinned.some(gone) ? { ...facts, pinned: facts.pinned.filter((one) => !gone(one)) } : facts;
}

export function pinnedMessages({ pinned }: RoomFacts, me: string): readonly Message[] {
  return pinned.map((one) => messageOf(one, me));
}
