/**
 * Whom each user does not want to hear: one list per user, for all rooms and sessions, in a bucket. The lists of those who are connected here
 * are kept, and follow what happens to them anywhere.
 */
import { createHash } from "node:crypto";
import type { Bus, BusSubscription } from "@madang/bus";
import { buckets, decodeJson, ErrorCode, encodeJson, limits } from "@madang/contracts";
import { type Bucket, LogUnavailable, OutcomeUnknown } from "@madang/log";
import { type Logger, pause, Semaphore } from "@madang/runtime";
import { z } from "zod";
import { ReplyError } from "./reply-error.ts";

const StoredBlocks = z.object({ v: z.literal(1), users: z.array(z.string()) });
type StoredBlocks = z.infer<typeof StoredBlocks>;

export interface BlocksOptions {
  bus: Pick<Bus, "subscribe">;
  bucket: Bucket;
  logger: Logger;
  pause?: (ms: number) => Promise<void>;
}

/** Whom most people do not want to hear. */
export const nobody: ReadonlySet<string> = new Set();
const done = Promise.resolve();

/** The list of somebody who is here. Nearly all are empty, and there are ten thousand. */
interface Held {
  readonly user: string;
  readonly key: string;
  users: ReadonlySet<string>;
  /** Of the list in the bucket; 0: not read yet, or none. */
  revision: number;
  /** Sessions that need it. */
  holders: number;
  loaded: Promise<void>;
  /** Changes that were heard of and are not looked for yet to the end. */
  heard: number;
}

/** A session's hold on a list. */
export interface BlockList {
  readonly users: ReadonlySet<string>;
  /** Resolved when the list is here. @throws LogUnavailable */
  readonly loaded: Promise<void>;
  release(): void;
}

const prefix = `$KV.${buckets.blocks}.`;

export class Blocks {
  readonly #options: Required<BlocksOptions>;
  readonly #subscription: BusSubscription;
  readonly #held = new Map<string, Held>();
  readonly #byKey = new Map<string, Held>();
  /** Of all who are here: how many do not want to hear somebody. */
  readonly #blockers = new Map<string, number>();
  /** A gateway that went away brings thousands here at once. */
  readonly #reads = new Semaphore(limits.blockReadsAtOnce);

  constructor(options: BlocksOptions) {
    this.#options = { pause, ...options };
    this.#subscription = options.bus.subscribe(`${prefix}>`, ({ subject }) => this.#handleChange(subject.slice(prefix.length)));
  }

  /** Whether anybody here does not want to hear them. */
  isBlocked(user: string): boolean {
    return this.#blockers.has(user);
  }

  /** The user's list, kept up to date until it is released. */
  hold(user: string): BlockList {
    const held = this.#held.get(user) ?? this.#begin(user);
    held.holders++;
    return new HeldList(held, this.#forget);
  }

  /** From here on the user hears nothing of the other. False: there are too many already. @throws ReplyError */
  async block(user: string, other: string): Promise<boolean> {
    let fits = true;
    await this.#change(user, (users) => {
      fits = users.includes(other) || users.length < limits.blockedUsers;
      return fits && !users.includes(other) ? [...users, other] : users;
    });
    return fits;
  }

  /** @throws ReplyError */
  async unblock(user: string, other: string): Promise<void> {
    await this.#change(user, (users) => (users.includes(other) ? users.filter((one) => one !== other) : users));
  }

  /** In the order in which they were blocked. @throws LogUnavailable */
  async list(user: string): Promise<readonly string[]> {
    return (await this.#read(keyOf(user))).users;
  }

  /** After the connection to NATS was away: what happened to the lists meanwhile was not heard of. */
  async recheck(): Promise<void> {
    await Promise.all(
      [...this.#held.values()].map((held) => {
        // Revisions begin anew in a bucket that was lost.
        held.revision = 0;
        return this.#load(held).catch(() => this.#handleChange(held.key));
      }),
    );
  }

  close(): void {
    this.#subscription.close();
    this.#held.clear();
    this.#byKey.clear();
  }

  #begin(user: string): Held {
    const key = keyOf(user);
    const held: Held = { user, key, users: nobody, revision: 0, holders: 0, loaded: done, heard: 0 };
    this.#held.set(user, held);
    this.#byKey.set(key, held);
    held.loaded = this.#load(held);
    held.loaded.then(
      // Nothing of the reading is kept.
      () => (held.loaded = done),
      // Whoever holds it hears of it; the next one tries anew.
      () => this.#forget(held),
    );
    return held;
  }

  /** Bound once, for ten thousand of them. */
  readonly #forget = (held: Held): void => {
    if (this.#held.get(held.user) !== held) return;
    this.#held.delete(held.user);
    this.#byKey.delete(held.key);
    this.#put(held, []);
  };

  async #load(held: Held): Promise<void> {
    const { users, revision } = await this.#read(held.key);
    // Of two reads under way the later one may be answered first.
    if (revision < held.revision || this.#byKey.get(held.key) !== held) return;
    held.revision = revision;
    this.#put(held, users);
  }

  #put(held: Held, users: readonly string[]): void {
    for (const user of held.users) this.#count(user, -1);
    for (const user of users) this.#count(user, 1);
    held.users = users.length === 0 ? nobody : new Set(users);
  }

  #count(user: string, change: number): void {
    const count = (this.#blockers.get(user) ?? 0) + change;
    if (count > 0) this.#blockers.set(user, count);
    else this.#blockers.delete(user);
  }

  /**
   * A list was put, or somebody tried to: what is heard may have been refused, so what counts is read. It is heard before it is stored,
   * and so looked for until it is there, or so late that it was refused.
   */
  #handleChange(key: string): void {
    const held = this.#byKey.get(key);
    if (held !== undefined && held.heard++ === 0) void this.#follow(held);
  }

  async #follow(held: Held): Promise<void> {
    while (held.heard > 0) {
      const { heard } = held;
      await this.#lookFor(held);
      // What was heard of meanwhile may have been stored after the look.
      held.heard -= heard;
    }
  }

  async #lookFor(held: Held): Promise<void> {
    const { pause, logger } = this.#options;
    const { revision } = held;
    for (const wait of limits.blockReadsAfterMs) {
      await pause(wait);
      if (this.#byKey.get(held.key) !== held) return;
      await this.#load(held).catch((error: unknown) => logger.warn({ error }, "a list of blocked users cannot be read"));
      if (held.revision !== revision) return;
    }
  }

  async #change(user: string, change: (users: readonly string[]) => readonly string[]): Promise<void> {
    const key = keyOf(user);
    try {
      // Each who is refused lets another one through: with as many tries as anybody has sessions, one gets through.
      for (let attempt = 0; attempt < limits.blockTries; attempt++) {
        const { users, revision } = await this.#read(key);
        const changed = change(users);
        if (changed === users) return;
        const value = encodeJson({ v: 1, users: [...changed] } satisfies StoredBlocks);
        const stored = await this.#options.bucket.replace(key, value, revision === 0 ? undefined : revision);
        if (stored === undefined) continue;
        const held = this.#byKey.get(key);
        if (held !== undefined && stored > held.revision) {
          held.revision = stored;
          this.#put(held, changed);
        }
        return;
      }
    } catch (cause) {
      if (cause instanceof OutcomeUnknown) throw new ReplyError(ErrorCode.outcomeUnknown, { cause });
      if (cause instanceof LogUnavailable) throw new ReplyError(ErrorCode.roomUnavailable, { cause });
      throw cause;
    }
    throw new ReplyError(ErrorCode.overloaded);
  }

  async #read(key: string): Promise<{ users: readonly string[]; revision: number }> {
    const release = await this.#reads.acquire();
    try {
      const found = await this.#options.bucket.get(key);
      if (found === undefined) return { users: [], revision: 0 };
      return { users: decodeJson(StoredBlocks, found.value).users, revision: found.revision };
    } finally {
      release();
    }
  }
}

class HeldList implements BlockList {
  readonly #held: Held;
  readonly #onLast: (held: Held) => void;
  #released = false;

  constructor(held: Held, onLast: (held: Held) => void) {
    this.#held = held;
    this.#onLast = onLast;
  }

  get users(): ReadonlySet<string> {
    return this.#held.users;
  }

  get loaded(): Promise<void> {
    return this.#held.loaded;
  }

  release(): void {
    if (!this.#released && --this.#held.holders === 0) this.#onLast(this.#held);
    this.#released = true;
  }
}

/** Names of users have characters that keys may not have. */
function keyOf(user: string): string {
  return createHash("sha256").update(user).digest("base64url");
}
