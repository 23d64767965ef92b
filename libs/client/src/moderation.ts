/** What is done in a room beside speaking. Whether one may, the room decides, by one's role. */

import { type Caller, newId, problemOf, problemOfRefusal, type Refused } from "./caller.ts";
import { eventOf, type RoomEvent } from "./events.ts";
import type { Problem } from "./model.ts";
import type { DryRunFinding, Role, RoomLifeState, RoomSettings, WordAction, WordRule } from "./protocol.ts";
import { publicationOfWire } from "./wire.ts";

/** What became of an action: the offset of the event that it is, or why it is none. */
export type ActionResult = { readonly ok: true; readonly offset: number } | { readonly ok: false; readonly problem: Problem };

export interface For {
  /** Up to a year. None: until it is undone. */
  readonly seconds?: number;
  /** Up to 200 characters. */
  readonly reason?: string;
}

/** Of a list: `next` as `after` goes on, and without `next` it is at its end. */
export interface PageOptions<After> {
  readonly after?: After | undefined;
  /** Up to 100. */
  readonly limit?: number;
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

/** What is asked of the past of a room: every type but `posted`, within offsets, the newest first unless `reverse` is false. */
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

/** What another list would have stopped of the last minutes. */
export interface DryRun {
  /** How many were judged; the oldest were left out if it is `cut`. */
  readonly messages: number;
  readonly cut: boolean;
  readonly stopped: Readonly<Partial<Record<WordAction, number>>>;
  /** The first of them. */
  readonly found: readonly DryRunFinding[];
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
  settings(settings: { [Name in keyof RoomSettings]?: RoomSettings[Name] | undefined }, reason?: string) {
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

  /** Messages that wait for a moderator, the oldest first. */
  async held(page: PageOptions<number> = {}): Promise<{ held: readonly Held[]; next?: number }> {
    return read(await this.#ask("held", page), "held");
  }
  /** Reports that nobody has resolved, the oldest first. */
  async reports(page: PageOptions<number> = {}): Promise<{ reports: readonly Report[]; next?: number }> {
    return read(await this.#ask("reports", page), "reports");
  }
  /** Who is muted, banned or shadowed, by user. */
  async sanctions(
    page: PageOptions<string> & { readonly user?: string; readonly kind?: Sanction["kind"] } = {},
  ): Promise<{ sanctions: readonly Sanction[]; next?: string }> {
    return read(await this.#ask("sanctions", page), "sanctions");
  }
  /** Roles that were granted in the room, by user. */
  async grants(
    page: PageOptions<string> & { readonly user?: string } = {},
  ): Promise<{ grants: readonly Granted[]; next?: string }> {
    return read(await this.#ask("grants", page), "grants");
  }

  /** What was done in the room; with `more`, go on beyond the last offset. */
  async events(options: EventsOptions): Promise<{ events: readonly RoomEvent[]; more: boolean }> {
    const { events, more } = await this.#ask<{ events: unknown[]; more: boolean }>("events", options);
    return { events: events.map((raw) => eventOf(publicationOfWire(raw))), more };
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

  #ask<T>(method: string, fields: object): Promise<T> {
    return this.#caller.ask<T>(method, { ...fields, channel: this.#room });
  }
}

/** The events in a list, as events are elsewhere. */
function read<T>(answer: Record<string, unknown>, name: string): T {
  const items = (answer[name] as Record<string, unknown>[]).map((item) => {
    const event = (field: "event" | "message") => (item[field] ? { [field]: eventOf(publicationOfWire(item[field])) } : {});
    return { ...item, ...event("event"), ...event("message") };
  });
  return { ...answer, [name]: items } as T;
}
