/** Who is muted, banned or shadowed in a room, and until when. */
import { z } from "zod";

export const SanctionKind = z.enum(["muted", "banned", "shadowed"]);
export type SanctionKind = z.infer<typeof SanctionKind>;

/** `[user, kind, until]`, ms since 1970; `null`: until it is undone. */
export const StoredSanctions = z.array(z.tuple([z.string(), SanctionKind, z.int().nullable()]));

/** What each act of moderation sets or clears. */
export const sanctionOf = {
  mute: "muted",
  unmute: "muted",
  ban: "banned",
  unban: "banned",
  shadow: "shadowed",
  unshadow: "shadowed",
} as const satisfies Record<string, SanctionKind>;
/** As they are stored. */
export function bytesOf(users: Iterable<string>): number {
  let bytes = 0;
  for (const user of users) bytes += Buffer.byteLength(JSON.stringify(user));
  return bytes;
}

export interface Sanction {
  readonly user: string;
  readonly kind: SanctionKind;
  /** Server time, ms; infinite until it is undone. */
  readonly until: number;
  /** Of the event that says who did it, when and why. 0: a former version did not keep it. */
  readonly offset: number;
}

export class Sanctions {
  readonly #untils: Record<SanctionKind, Map<string, number>> = { muted: new Map(), banned: new Map(), shadowed: new Map() };
  /** By the same keys, of those whose events are known. */
  readonly #offsets: Record<SanctionKind, Map<string, number>> = { muted: new Map(), banned: new Map(), shadowed: new Map() };

  /** `offsets`: of their events, in the same order. */
  static restore(stored: z.infer<typeof StoredSanctions>, offsets: readonly number[] = []): Sanctions {
    const sanctions = new Sanctions();
    for (const [index, [user, kind, until]] of stored.entries())
      sanctions.set(kind, user, until ?? undefined, offsets[index] ?? 0);
    return sanctions;
  }

  /** `until`: server time, ms; undefined: until it is undone. `offset`: of the event. */
  set(kind: SanctionKind, user: string, until: number | undefined, offset = 0): void {
    this.#untils[kind].set(user, until ?? Number.POSITIVE_INFINITY);
    this.#offsets[kind].set(user, offset);
  }

  clear(kind: SanctionKind, user: string): void {
    this.#untils[kind].delete(user);
    this.#offsets[kind].delete(user);
  }

  /** Those that there are at that time. */
  list(now: number): Sanction[] {
    return this.#all().filter(({ until }) => until > now);
  }

  /** Whether others are to know that the user does something. */
  isHeard(user: string, now: number): boolean {
    return SanctionKind.options.every((kind) => !this.is(kind, user, now));
  }

  /** Until when, ms; undefined if it is not so at that time, infinite until it is undone. */
  until(kind: SanctionKind, user: string, now: number): number | undefined {
    const until = this.#untils[kind].get(user);
    return until !== undefined && until > now ? until : undefined;
  }

  is(kind: SanctionKind, user: string, now: number): boolean {
    return this.until(kind, user, now) !== undefined;
  }

  /** How many there are at that time. Those that are over are forgotten. */
  count(now: number): number {
    for (const { user, kind, until } of this.#all()) if (until <= now) this.clear(kind, user);
    return Object.values(this.#untils).reduce((sum, users) => sum + users.size, 0);
  }

  /** What the names take of those that there are at that time. Those that are over are forgotten. */
  bytes(now: number): number {
    this.count(now);
    return Object.values(this.#untils).reduce((sum, users) => sum + bytesOf(users.keys()), 0);
  }

  toStored(): z.infer<typeof StoredSanctions> {
    return this.#all().map(({ user, kind, until }) => [user, kind, Number.isFinite(until) ? until : null]);
  }

  /** Of their events, in the order of `toStored`. */
  get offsets(): number[] {
    return this.#all().map(({ offset }) => offset);
  }

  #all(): Sanction[] {
    return SanctionKind.options.flatMap((kind) =>
      [...this.#untils[kind]].map(([user, until]) => ({ user, kind, until, offset: this.#offsets[kind].get(user) ?? 0 })),
    );
  }
}
