import {
  type Counters,
  defaultSettings,
  hash32,
  higher,
  type JsonObject,
  limits,
  type Publication,
  Role,
  RoomLifeState,
  RoomSettings,
  type RoomSettings as Settings,
} from "@madang/contracts";
import { z } from "zod";
import { Changes, type Deleter, StoredChanges } from "./changes.ts";
import { forgetOldest } from "./forget-oldest.ts";
import { bytesOf, Sanctions, StoredSanctions, sanctionOf } from "./sanctions.ts";
import { StoredTotals, Totals } from "./totals.ts";

export const StoredRoomState = z.object({
  v: z.literal(1),
  /** Of the last event that is in it. */
  offset: z.int(),
  life: RoomLifeState,
  title: z.string(),
  startsAt: z.int().nullable(),
  /** When it was opened first, and when it was closed last: ms since 1970. */
  openedAt: z.int().nullable(),
  closedAt: z.int().nullable(),
  /** Those that are not as by default. */
  settings: RoomSettings.partial(),
  grants: z.array(z.tuple([z.string(), Role])),
  /** Of the events by which they were granted, in the same order. A former version did not say. */
  granted: z.array(z.int()).default([]),
  sanctions: StoredSanctions,
  /** Likewise. */
  sanctioned: z.array(z.int()).default([]),
  pins: z.array(z.int()),
  /** Their authors, in the same order. */
  pinAuthors: z.array(z.string()).default([]),
  shards: z.int().min(1),
  changes: StoredChanges,
  /** `[offset, author]` of what waits for a moderator. */
  held: z.array(z.tuple([z.int(), z.string()])),
  /** What waited, and was denied lately. A former version did not remember any. */
  denied: z.array(z.int()).default([]),
  reports: z.array(z.int()),
  /** `[message, hash of the user]`: what each of them is about and whose it is, in the same order. A former version did not say. */
  reported: z.array(z.tuple([z.int(), z.int()])).default([]),
  totals: StoredTotals,
});
export type StoredRoomState = z.infer<typeof StoredRoomState>;

/** What is written in each event's data is checked by the room before it is committed; here it is believed. */
export class RoomState {
  life: RoomLifeState = "open";
  title = "";
  startsAt: number | null = null;
  openedAt: number | null = null;
  closedAt: number | null = null;
  settings: Settings = defaultSettings;
  /** Parts of the audience. */
  shards = 1;
  sanctions = new Sanctions();
  changes = new Changes();
  totals = new Totals();
  readonly #grants = new Map<string, Role>();
  /** By user, the event that says so. */
  readonly #granted = new Map<string, number>();
  /** By offset, to the message's author; what was pinned first comes first. */
  readonly #pins = new Map<number, string>();
  /** By offset, to its author. */
  readonly #held = new Map<number, string>();
  readonly #denied = new Set<number>();
  /** By offset, to what it is about and the hash of whose it is. */
  readonly #reports = new Map<number, readonly [message: number, user: number]>();
  #offset = 0;

  /** @throws z.ZodError: not stored by any version of ours */
  static restore(value: unknown): RoomState {
    const stored = StoredRoomState.parse(value);
    const state = new RoomState();
    const { life, title, startsAt, openedAt, closedAt, shards } = stored;
    Object.assign(state, { life, title, startsAt, openedAt, closedAt, shards });
    state.settings = { ...defaultSettings, ...(stored.settings as Partial<Settings>) };
    state.sanctions = Sanctions.restore(stored.sanctions, stored.sanctioned);
    state.changes = Changes.restore(stored.changes);
    state.totals = Totals.restore(stored.totals);
    for (const [index, [user, role]] of stored.grants.entries()) {
      state.#grants.set(user, role);
      state.#granted.set(user, stored.granted[index] ?? 0);
    }
    for (const [index, pin] of stored.pins.entries()) state.#pins.set(pin, stored.pinAuthors[index] ?? "");
    for (const [offset, author] of stored.held) state.#held.set(offset, author);
    for (const offset of stored.denied) state.#denied.add(offset);
    for (const [index, offset] of stored.reports.entries()) state.#reports.set(offset, stored.reported[index] ?? [0, 0]);
    state.#offset = stored.offset;
    return state;
  }

  toStored(): StoredRoomState {
    const { life, title, startsAt, openedAt, closedAt, shards } = this;
    const changed = Object.entries(this.settings).filter(([key, value]) => !same(value, defaultSettings[key as keyof Settings]));
    return {
      v: 1,
      offset: this.#offset,
      ...{ life, title, startsAt, openedAt, closedAt, shards },
      pins: this.pins,
      pinAuthors: [...this.#pins.values()],
      settings: Object.fromEntries(changed),
      grants: [...this.#grants],
      granted: [...this.#grants.keys()].map((user) => this.grantedAt(user)),
      sanctions: this.sanctions.toStored(),
      sanctioned: this.sanctions.offsets,
      changes: this.changes.toStored(),
      held: [...this.#held],
      denied: [...this.#denied],
      reports: [...this.#reports.keys()],
      reported: [...this.#reports.values()].map(([message, user]) => [message, user]),
      totals: this.totals.toStored(),
    };
  }

  /** Of the last event that is in it. */
  get offset(): number {
    return this.#offset;
  }

  /** Offsets, what was pinned first comes first. */
  get pins(): number[] {
    return [...this.#pins.keys()];
  }

  /** What was granted in the room. */
  grantOf(user: string): Role {
    return this.#grants.get(user) ?? "viewer";
  }

  /** The site's own server may do everything; everybody else has the higher one of what their token says and what was granted. */
  roleOf({ user, role = "viewer" }: { user: string; role?: Role | undefined }): Role {
    return user === "" ? "owner" : higher(role, this.grantOf(user));
  }

  get grants(): ReadonlyMap<string, Role> {
    return this.#grants;
  }

  /** The offset of the event by which they have their role; 0: they have none, or a former version did not keep it. */
  grantedAt(user: string): number {
    return this.#granted.get(user) ?? 0;
  }

  /** Whether card and snapshot have place for one more name among the sanctions and grants. */
  hasPlaceFor(user: string, now: number): boolean {
    return this.sanctions.bytes(now) + bytesOf(this.#grants.keys()) + bytesOf([user]) <= limits.sanctionBytes;
  }

  get held(): ReadonlyMap<number, string> {
    return this.#held;
  }

  /** Whether it may be let through: it waits, or was denied lately. */
  mayShow(offset: number): boolean {
    return this.#held.has(offset) || this.#denied.has(offset);
  }

  /** Those that wait, by their own offsets, to the message each is about. */
  get reports(): ReadonlyMap<number, number> {
    return new Map([...this.#reports].map(([offset, [message]]) => [offset, message]));
  }

  /** Whether it waits, by its own offset. */
  isReport(offset: number): boolean {
    return this.#reports.has(offset);
  }

  /** The messages that a user has reported, as far as nobody has resolved it. */
  reportedBy(user: string): number[] {
    const hash = hash32(user);
    return [...this.#reports.values()].filter(([, by]) => by === hash).map(([message]) => message);
  }

  /** What everybody may know. */
  counters({ viewers, users, sampled }: Pick<Counters, "viewers" | "users" | "sampled">): Counters {
    const { life, totals, shards } = this;
    return {
      state: life,
      viewers,
      users,
      peak: Math.max(totals.peak, viewers),
      comments: totals.comments,
      hearts: Object.fromEntries(totals.hearts),
      gifts: { count: totals.gifts, amounts: Object.fromEntries(totals.amounts) },
      supporters: totals.topSupporters().map(({ user, currency, amount }) => ({ user, currency, amount })),
      sampled,
      shards,
    };
  }

  /** A message that nobody had to let through: as `apply` of it, for those who do not read it. */
  passed(offset: number): void {
    this.#offset = offset;
    this.totals.comments++;
  }

  /** Whether anything but the head and the totals of what was said has changed by it. */
  apply(event: Publication): boolean {
    const { data, offset, info } = event;
    this.#offset = offset;
    const author = info?.user ?? "";
    switch (event.tags.type) {
      case "posted":
        this.totals.comments++;
        return false;
      case "edited":
        this.changes.edit(at(data), { by: offset, data: data.data as JsonObject });
        return true;
      case "deleted":
        this.changes.delete(at(data), this.#deleter(author, data));
        this.#pins.delete(at(data));
        return true;
      case "purged":
        this.changes.purge(userIn(data), data.upTo as number);
        for (const [pin, author] of this.#pins) if (author === userIn(data)) this.#pins.delete(pin);
        return true;
      case "restored":
        if (typeof data.user === "string") this.changes.unpurge(data.user);
        else this.changes.undelete(at(data));
        return true;
      case "pinned":
        this.#pins.delete(at(data));
        this.#pins.set(at(data), authorIn(data));
        forgetOldest(this.#pins, limits.pins);
        return true;
      case "unpinned":
        this.#pins.delete(at(data));
        return true;
      case "configured":
      case "scheduled":
      case "opened":
      case "closed":
        this.#configure(event);
        return true;
      case "moderated":
        this.#moderate(event);
        return true;
      case "granted":
        this.#grant(event);
        return true;
      case "held":
        this.#held.set(offset, author);
        forgetOldest(this.#held, limits.heldWaiting);
        return true;
      case "approved":
        return this.#held.delete(at(data)) || this.#denied.delete(at(data));
      case "denied":
        if (!this.#held.delete(at(data))) return false;
        this.#denied.add(at(data));
        forgetOldest(this.#denied, limits.deniedRemembered);
        return true;
      case "reported":
        this.#reports.set(offset, [at(data), hash32(author)]);
        forgetOldest(this.#reports, limits.reportsWaiting);
        return true;
      case "resolved":
        return this.#reports.delete(at(data));
      case "gifted":
        this.totals.gift(userIn(data), data.currency as string, data.amount as number);
        return true;
      case "resharded":
        this.shards = data.shards as number;
        return true;
      case "rewound":
      case "lost":
        return false;
      default:
        // Of a later version: it says nothing to this one.
        event.tags.type satisfies never;
        return false;
    }
  }

  #deleter(user: string, data: JsonObject): Deleter {
    if (user === "") return "site";
    return user === data.user ? "author" : this.grantOf(user);
  }

  #configure({ data, tags }: Publication): void {
    if (typeof data.title === "string") this.title = data.title;
    if (typeof data.startsAt === "number") this.startsAt = data.startsAt;
    const changed = RoomSettings.partial().safeParse(data.settings);
    if (changed.success) this.settings = { ...this.settings, ...(changed.data as Partial<Settings>) };
    switch (tags.type) {
      case "scheduled":
        this.life = "scheduled";
        break;
      case "opened":
        this.life = "open";
        this.openedAt ??= Number(tags.time);
        break;
      case "closed":
        this.life = "ended";
        this.closedAt = Number(tags.time);
        break;
      default:
        break;
    }
  }

  #grant({ data, offset }: Publication): void {
    const user = userIn(data);
    if (data.role === "viewer") {
      this.#grants.delete(user);
      this.#granted.delete(user);
      return;
    }
    this.#grants.set(user, data.role as Role);
    this.#granted.set(user, offset);
  }

  #moderate({ data, offset }: Publication): void {
    const kind = sanctionOf[data.action as keyof typeof sanctionOf];
    if (kind === undefined) return;
    if (String(data.action).startsWith("un")) this.sanctions.clear(kind, userIn(data));
    else this.sanctions.set(kind, userIn(data), data.until as number | undefined, offset);
  }
}

const at = (data: JsonObject) => data.offset as number;
const authorIn = ({ message }: JsonObject) => (message as { info?: { user?: string } } | undefined)?.info?.user ?? "";
const userIn = (data: JsonObject) => data.user as string;
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
