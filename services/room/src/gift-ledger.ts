/**
 * Which gifts a room has had, by their payments' ids: the newest of them, and since when that is all. Held by a room; knows no store, which
 * has the others.
 */
import { limits, type MessageId, type Publication } from "@madang/contracts";
import type { Dedupe, DedupeLimits } from "./dedupe.ts";

/** No time: a payment is told of again an hour later, or a month. */
export const giftIds: DedupeLimits = {
  windowMs: Number.POSITIVE_INFINITY,
  entries: limits.giftEntries,
  segment: limits.giftSegment,
};

/** The site's own server gives them. */
const author = "";

export class GiftLedger {
  readonly #dedupe: Dedupe;
  #after: number;

  /** `after`: every gift behind this offset is in it. */
  constructor(dedupe: Dedupe, after = 0) {
    this.#dedupe = dedupe;
    this.#after = after;
  }

  get dedupe(): Dedupe {
    return this.#dedupe;
  }

  /** A gift that it does not know, if there was one, is at this offset or before it. 0: there was none. */
  get after(): number {
    return this.#after;
  }

  find(id: MessageId): number | undefined {
    return this.#dedupe.find(author, id, 0);
  }

  add({ offset, tags }: Publication): void {
    const [oldest] = this.#dedupe.sealed;
    this.#dedupe.add({ author, id: tags.id, offset, time: Number(tags.time) });
    if (oldest !== undefined && this.#dedupe.sealed[0] !== oldest) this.miss(oldest.segment.furthest);
  }

  /** Gifts up to an offset may be unknown. */
  miss(upTo: number): void {
    this.#after = Math.max(this.#after, upTo);
  }

  /** The places after an offset are lost: a gift from there is new when it comes again, unless the store has it after all. */
  forgetAfter(offset: number): void {
    const { open, sealed } = this.#dedupe;
    const furthest = Math.max(open.furthest, ...sealed.map(({ segment }) => segment.furthest));
    this.#dedupe.forgetAfter(offset);
    if (furthest > offset) this.miss(furthest);
  }
}
