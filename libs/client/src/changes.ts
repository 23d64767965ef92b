/** What came live and changes messages, also those that are read later than it came. It knows no socket and no clock. */
import { editedBy, tombstoneOf } from "./entry.ts";
import type { Publication } from "./wire.ts";

/** Of each kind; the oldest are forgotten. */
const maxRemembered = 1_000;

export class Changes {
  /** The last edit or deletion of a message, by its offset. */
  readonly #changes = new Map<number, Publication>();
  /** Up to which offset a user's messages are gone. */
  readonly #purges = new Map<string, number>();

  /** `event`: an edit or a deletion of the message at that offset. */
  change(offset: number, event: Publication): void {
    remember(this.#changes, offset, event, maxRemembered);
  }

  purge(user: string, upTo: number): void {
    remember(this.#purges, user, upTo, maxRemembered);
  }

  restore(offset: number): void {
    this.#changes.delete(offset);
  }

  unpurge(user: string): void {
    this.#purges.delete(user);
  }

  clear(): void {
    this.#changes.clear();
    this.#purges.clear();
  }

  /** As it reads now; the same object if nothing of this is about it. */
  applyTo(publication: Publication): Publication {
    const { offset = 0, tags, info } = publication;
    if (tags.type !== "posted" || tags.deleted !== undefined) return publication;
    if (info !== undefined && offset <= (this.#purges.get(info.user) ?? 0)) return tombstoneOf(publication);
    const change = this.#changes.get(offset);
    if (change === undefined) return publication;
    if (change.tags.type === "deleted") return tombstoneOf(publication);
    return (change.offset ?? 0) > Number(tags.edited ?? 0) ? editedBy(publication, change) : publication;
  }
}

/** As the newest; the oldest leaves beyond `most`. */
export function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as Key);
}
