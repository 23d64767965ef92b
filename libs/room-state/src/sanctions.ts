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

export class Sanctions {
  readonly #untils: Record<SanctionKind, Map<string, number>> = { muted: new Map(), banned: new Map(), shadowed: new Map() };

  static restore(stored: z.infer<typeof StoredSanctions>): Sanctions {
    const sanctions = new Sanctions();
    for (const [user, kind, until] of stored) sanctions.set(kind, user, until ?? undefined);
    return sanctions;
  }

  /** `until`: server time, ms; undefined: until it is undone. */
  set(kind: SanctionKind, user: string, until: number | undefined): void {
    this.#untils[kind].set(user, until ?? Number.POSITIVE_INFINITY);
  }

  clear(kind: SanctionKind, user: string): void {
    this.#untils[kind].delete(user);
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
    for (const users of Object.values(this.#untils)) for (const [user, until] of users) if (until <= now) users.delete(user);
    return Object.values(this.#untils).reduce((sum, users) => sum + users.size, 0);
  }

  /** What the names take of those that there are at that time. Those that are over are forgotten. */
  bytes(now: number): number {
    this.count(now);
    return Object.values(this.#untils).reduce((sum, users) => sum + bytesOf(users.keys()), 0);
  }

  toStored(): z.infer<typeof StoredSanctions> {
    return SanctionKind.options.flatMap((kind) =>
      [...this.#untils[kind]].map(([user, until]): [string, SanctionKind, number | null] => [
        user,
        kind,
        Number.isFinite(until) ? until : null,
      ]),
    );
  }
}
