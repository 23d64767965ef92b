/** A room for tests, with the words of those who speak and act in it. It holds what an actor would hold: time, lists, and what was committed. */
import {
  type Action,
  type ActionOf,
  type ClientInfo,
  type HeartKind,
  type JsonObject,
  type Lane,
  type Line,
  MessageId,
  publicationOf,
  type Role,
  type SettingsChange,
  type Speaker,
  site,
  UserId,
} from "@madang/contracts";
import type { Verdict } from "@madang/words";
import type { Decision, Planned, Target } from "./decision.ts";
import { Dedupe } from "./dedupe.ts";
import { GiftLedger, giftIds } from "./gift-ledger.ts";
import { HeartLedger } from "./heart-ledger.ts";
import { type Facts, Room } from "./room.ts";

export const clean: Verdict = { action: undefined, matches: [] };

export interface Person {
  readonly user: string;
  readonly role?: Role;
  readonly registeredAt?: number;
}

export const owner: Person = { user: "olga", role: "owner" };
export const moderator: Person = { user: "mo", role: "moderator" };
export const member: Person = { user: "mia", role: "member" };
export const kim: Person = { user: "kim" };
export const lee: Person = { user: "lee" };

export class Stage {
  readonly room: Room;
  readonly log: Planned[] = [];
  now = 1_000_000;
  judge: Facts["judge"] = () => clean;
  review: Facts["review"];
  /** What the store says of every gift. */
  gift: Facts["gift"];
  #ids = 0;

  constructor() {
    const limits = { windowMs: 600_000, entries: 100_000, segment: 1_000 };
    const dedupe = (key: string) => new Dedupe({ key, limits, nextName: () => "s" });
    const hearts = new HeartLedger(dedupe("h"), new Map());
    this.room = new Room({
      dedupe: dedupe("k"),
      hearts,
      gifts: new GiftLedger(new Dedupe({ key: "g", limits: giftIds, nextName: () => "g" })),
    });
  }

  pass(ms: number): this {
    this.now += ms;
    return this;
  }

  say(by: Person, what: string | JsonObject, id = this.#newId()): Decision {
    const data = typeof what === "string" ? { text: what } : what;
    const { author, info, role, registeredAt } = command(by);
    return this.#do({ v: 1, command: "send", author, id: MessageId.parse(id), data, ...info, ...role, ...registeredAt });
  }

  act(by: Person, action: Action, id = this.#newId()): Decision {
    return this.#do({ v: 1, command: "act", by: speaker(by), id: MessageId.parse(id), action });
  }

  configure(settings: SettingsChange): this {
    this.act(site, { type: "configure", settings });
    return this;
  }

  set<T extends "mute" | "ban" | "shadow">(type: T, { user }: Person, rest: Partial<ActionOf<T>> = {}): Decision {
    return this.act(site, { type, user: UserId.parse(user), ...rest } as Action);
  }

  heart(by: Person, count: number, { id = this.#newId(), kind = "heart" } = {}): number | undefined {
    const batch = [UserId.parse(by.user), MessageId.parse(id), kind as HeartKind, count] as const;
    return this.room.count({ v: 1, command: "hearts", hearts: [[...batch]] }, this.now).counts[0];
  }

  /** The last event. */
  get last(): Planned {
    return this.log.at(-1) as Planned;
  }

  line(offset: number): Line | undefined {
    const planned = this.log[offset - 1];
    if (planned === undefined) return undefined;
    const { event, lane, mentions } = planned;
    const author = event.info?.user ?? "";
    return { offset, type: event.tags.type, author, lane, mentions, line: Buffer.from(JSON.stringify(event)) };
  }

  #do(command: Parameters<Room["decide"]>[0]): Decision {
    const { now, judge, review, gift } = this;
    const offset = command.command === "act" && "offset" in command.action ? command.action.offset : 0;
    const decision = this.room.decide(command, { now, judge, review, gift, target: this.#target(offset) });
    if (decision.kind !== "append") return decision;
    for (const planned of decision.events) {
      this.room.apply(planned.event);
      this.log.push(planned);
    }
    return decision;
  }

  #target(offset: number): Target | undefined {
    const line = this.line(offset);
    return line && { ...line, publication: publicationOf(line) };
  }

  #newId(): string {
    return `i${++this.#ids}`;
  }
}

function command(by: Person) {
  const { user, info } = speaker(by);
  return {
    author: user,
    info: info === undefined ? {} : { info },
    role: by.role === undefined ? {} : { role: by.role },
    registeredAt: by.registeredAt === undefined ? {} : { registeredAt: by.registeredAt },
  };
}

export function speaker({ user, role = "viewer", registeredAt }: Person): Speaker {
  const age = registeredAt === undefined ? {} : { registeredAt };
  if (user === "") return { user, role, ...age };
  return { user: UserId.parse(user), info: { user, client: "c" } as ClientInfo, role, ...age };
}

/** What a decision is, in short: the types and lanes of its events, or why not. */
export function inShort(decision: Decision): unknown {
  if (decision.kind === "append") return decision.events.map(({ event, lane }): [string, Lane] => [event.tags.type, lane]);
  return decision.kind === "refuse" ? decision.refusal.message : decision;
}
