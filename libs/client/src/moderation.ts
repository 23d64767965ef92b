/** What is done in a room beside speaking. Whether one may, the room decides, by one's role. */
import type { Role, RoomLifeState, SettingsChange, WordRule } from "@madang/contracts";
import { type Caller, newId, problemOf, problemOfRefusal, type Refused } from "./caller.ts";
import type { RoomEvent } from "./events.ts";
import { eventOf } from "./events.ts";
import type { Problem } from "./model.ts";
import { publicationOfWire } from "./wire.ts";

/** What became of an action: the offset of the event that it is, or why it is none. */
export type ActionResult = { readonly ok: true; readonly offset: number } | { readonly ok: false; readonly problem: Problem };

export interface For {
  /** Up to a year. None: until it is undone. */
  readonly seconds?: number;
  /** Up to 200 characters. */
  readonly reason?: string;
}

/** Of what there is a list of: `next` as `after` goes on. */
export interface PageOptions {
  readonly user?: string;
  readonly kind?: "muted" | "banned" | "shadowed";
  readonly after?: unknown;
  readonly limit?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Without it the list is at its end. */
  readonly next?: unknown;
}

export interface Held {
  readonly offset: number;
  readonly user: string;
  /** With its words. */
  readonly event?: RoomEvent;
}
export interface Report {
  /** The report's own, for `resolve`. */
  readonly offset: number;
  readonly event?: RoomEvent;
  /** What it is about, as it reads now. */
  readonly message?: RoomEvent;
}
export interface Sanction {
  readonly user: string;
  readonly kind: "muted" | "banned" | "shadowed";
  /** ms since 1970; null: until it is undone. */
  readonly until: number | null;
  readonly offset: number;
  readonly event?: RoomEvent;
}
export interface Granted {
  readonly user: string;
  readonly role: Role;
  readonly offset: number;
  readonly event?: RoomEvent;
}

/** What is asked of the past of a room: types but `posted`, the newest first. */
export interface EventsOptions {
  readonly types: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly reverse?: boolean;
}

export interface Words {
  readonly rules: readonly WordRule[];
  readonly allow: readonly string[];
}

export interface DryRun {
  readonly messages: number;
  readonly cut: boolean;
  readonly stopped: unknown;
  readonly found: unknown;
}

/** `room.moderate`. Actions never reject; lists reject with `MadangError`. */
export class Moderation {
  readonly #room: string;
  readonly #caller: Caller;

  /** @internal */
  constructor(room: string, caller: Caller) {
    this.#room = room;
    this.#caller = caller;
  }

  /** Any action of the protocol's table, by its name. It is done once, however often it has to be asked for. */
  async act(method: string, fields: object): Promise<ActionResult> {
    try {
      const arguments_ = { ...fields, channel: this.#room, id: newId() };
      const answer = await this.#caller.ask<{ offset: number } | Refused>(method, arguments_);
      return "refused" in answer ? { ok: false, problem: problemOfRefusal(answer) } : { ok: true, offset: answer.offset };
    } catch (failure) {
      return { ok: false, problem: problemOf(failure) };
    }
  }

  mute(user: string, options: For = {}) {
    return this.act("mute", { user, ...options });
  }
  unmute(user: string, reason?: string) {
    return this.act("unmute", { user, reason });
  }
  ban(user: string, options: For = {}) {
    return this.act("ban", { user, ...options });
  }
  unban(user: string, reason?: string) {
    return this.act("unban", { user, reason });
  }
  /** Their messages reach themselves and staff alone, and they are not told. */
  shadow(user: string, options: For = {}) {
    return this.act("shadow", { user, ...options });
  }
  unshadow(user: string, reason?: string) {
    return this.act("unshadow", { user, reason });
  }
  delete(offset: number, reason?: string) {
    return this.act("delete", { offset, reason });
  }
  undelete(offset: number, reason?: string) {
    return this.act("undelete", { offset, reason });
  }
  /** Takes away all messages of a user up to now. */
  purge(user: string, reason?: string) {
    return this.act("purge", { user, reason });
  }
  unpurge(user: string, reason?: string) {
    return this.act("unpurge", { user, reason });
  }
  /** Up to three at the top. */
  pin(offset: number) {
    return this.act("pin", { offset });
  }
  unpin(offset: number) {
    return this.act("unpin", { offset });
  }
  /** Lets a held message through. */
  approve(offset: number) {
    return this.act("approve", { offset });
  }
  deny(offset: number, reason?: string) {
    return this.act("deny", { offset, reason });
  }
  /** A report is dealt with, by its own offset. */
  resolve(offset: number, reason?: string) {
    return this.act("resolve", { offset, reason });
  }
  /** Changes those settings that are named. */
  settings(settings: SettingsChange, reason?: string) {
    return this.act("configure", { settings, reason });
  }
  /** Nobody but staff speaks for so long, up to a day; 0 ends it. */
  lockdown(seconds: number, reason?: string) {
    return this.act("lockdown", { seconds, reason });
  }
  /** A role in this room; `viewer` takes it away. */
  grant(user: string, role: Role, reason?: string) {
    return this.act("grant", { user, role, reason });
  }
  /** What the room is called, when it starts (ms since 1970), and whether it is on. */
  room(change: { readonly title?: string; readonly state?: RoomLifeState; readonly startsAt?: number }) {
    return this.act("room", change);
  }

  held(page: PageOptions = {}): Promise<Page<Held>> {
    return this.#list("held", page);
  }
  reports(page: PageOptions = {}): Promise<Page<Report>> {
    return this.#list("reports", page);
  }
  sanctions(page: PageOptions = {}): Promise<Page<Sanction>> {
    return this.#list("sanctions", page);
  }
  grants(page: PageOptions = {}): Promise<Page<Granted>> {
    return this.#list("grants", page);
  }

  /** What was done in the room, the newest first. */
  async events(options: EventsOptions): Promise<readonly RoomEvent[]> {
    const { publications } = await this.#ask<{ publications: unknown[] }>("events", options);
    return publications.map((raw) => eventOf(publicationOfWire(raw)));
  }

  /** The room's own list of banned words. */
  words(): Promise<Words> {
    return this.#ask("words", {});
  }
  setWords(rules: readonly WordRule[], allow: readonly string[] = []): Promise<Words> {
    return this.#ask("words", { rules, allow });
  }
  /** Plays up to the last 60 minutes against another list. */
  dryRun(options: {
    readonly rules?: readonly WordRule[];
    readonly allow?: readonly string[];
    readonly minutes?: number;
  }): Promise<DryRun> {
    return this.#ask("dry-run", options);
  }

  async #list<T>(method: string, page: PageOptions): Promise<Page<T>> {
    const answer = await this.#ask<Record<string, Record<string, unknown>[]>>(method, page);
    const items = (answer[method] ?? []).map((item) => {
      const read = { ...item };
      for (const name of ["event", "message"]) if (item[name]) read[name] = eventOf(publicationOfWire(item[name]));
      return read as T;
    });
    return { items, ...(answer.next === undefined ? {} : { next: answer.next }) };
  }

  #ask<T>(method: string, fields: object): Promise<T> {
    return this.#caller.ask<T>(method, { ...fields, channel: this.#room });
  }
}
