/** When each user spoke last, and what: for slow mode, and for rooms in which nobody repeats themselves. And when they edited or reported last. */
import { hash32, limits } from "@madang/contracts";
import { forgetOldest } from "@madang/room-state";

interface Spoken {
  at: number;
  /** Hashes of what was said, and when, the newest last. */
  readonly texts: Map<number, number>;
}

/** Of one user; more are forgotten, the oldest first. */
const textsRemembered = 16;
/** Users in a snapshot: whoever spoke longest ago may speak sooner after a crash. */
const storedUsers = 2_000;

export type PacedAct = "edited" | "reported";

export type StoredPace = readonly (readonly [user: string, at: number])[];

export class Pace {
  /** By user, who spoke last last. */
  readonly #users = new Map<string, Spoken>();

  /** By kind and user, who did it last last. No snapshot has it: after a restart all may do it at once. */
  readonly #acts = new Map<string, number>();

  constructor(stored: StoredPace = []) {
    for (const [user, at] of stored) this.#users.set(user, { at, texts: new Map() });
  }

  /** Server time, ms; undefined: not that anybody remembers. */
  lastAt(user: string): number | undefined {
    return this.#users.get(user)?.at;
  }

  lastActAt(kind: PacedAct, user: string): number | undefined {
    return this.#acts.get(`${kind} ${user}`);
  }

  addAct(kind: PacedAct, user: string, at: number): void {
    const key = `${kind} ${user}`;
    this.#acts.delete(key);
    this.#acts.set(key, at);
    forgetOldest(this.#acts, limits.pacedUsers);
  }

  /** Whether the user said the same within `limits.uniqueChatMs`. Case, and how words are spaced, make no difference. */
  hasSaid(user: string, text: string, now: number): boolean {
    const at = this.#users.get(user)?.texts.get(hashOf(text));
    return at !== undefined && at > now - limits.uniqueChatMs;
  }

  add(user: string, text: string | undefined, at: number): void {
    const spoken = this.#users.get(user) ?? { at, texts: new Map() };
    spoken.at = at;
    if (text !== undefined) {
      const hash = hashOf(text);
      spoken.texts.delete(hash);
      spoken.texts.set(hash, at);
      forgetOldest(spoken.texts, textsRemembered);
    }
    this.#users.delete(user);
    this.#users.set(user, spoken);
    forgetOldest(this.#users, limits.pacedUsers);
  }

  /** Those who spoke at or after a time, ms. */
  toStored(since: number): StoredPace {
    return [...this.#users]
      .filter(([, { at }]) => at >= since)
      .slice(-storedUsers)
      .map(([user, { at }]) => [user, at] as const);
  }
}

const hashOf = (text: string) => hash32(text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim());
