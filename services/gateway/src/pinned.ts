/**
 * The words of what is pinned, for who came late. Each is read once in a while, however many ask: a pinned message is soon out of what a
 * gateway has of a busy room, and thousands come at once.
 */
import { type Line, limits, type Publication, publicationOf, type RoomId } from "@madang/contracts";
import { forgetOldest, type RoomState } from "@madang/room-state";
import { within } from "@madang/runtime";
import { copiesOf } from "./copied-lines.ts";
import { lineAt } from "./events-at.ts";
import type { Gateway } from "./gateway.ts";

interface Held {
  /** Monotonic, ms. */
  readonly until: number;
  readonly line: Promise<Line | undefined>;
}

export class Pinned {
  readonly #sources: Pick<Gateway, "hub" | "past">;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();

  constructor({ now = () => performance.now(), ...sources }: Pick<Gateway, "hub" | "past"> & { now?: () => number }) {
    this.#sources = sources;
    this.#now = now;
  }

  /** As they read now, in the order in which they were pinned. Those that cannot be read now are left out: the room is told of all the same. */
  async of(room: RoomId, state: RoomState): Promise<Publication[]> {
    const lines = await Promise.all(state.pins.map((offset) => this.#line(room, offset).catch(() => undefined)));
    return lines.flatMap((line) => {
      const publication = line && publicationOf(state.changes.view(line));
      return publication === undefined || publication.tags.deleted !== undefined ? [] : [publication];
    });
  }

  #line(room: RoomId, offset: number): Promise<Line | undefined> {
    const key = `${room} ${offset}`;
    const held = this.#held.get(key);
    if (held !== undefined && held.until > this.#now()) return held.line;
    this.#forgetStale();
    const line = within(limits.historyRequestMs, this.#read(room, offset), () => new Error("not in time"));
    this.#held.set(key, { until: this.#now() + limits.pinnedFreshMs, line });
    forgetOldest(this.#held, limits.pinnedHeld);
    // A failure is held as well: while nothing can be read, nobody needs to ask a thousand times.
    line.catch(() => {});
    return line;
  }

  /** The oldest are first. */
  #forgetStale(): void {
    for (const [key, { until }] of this.#held) {
      if (until > this.#now()) return;
      this.#held.delete(key);
    }
  }

  /** A copy: it stays here for longer than what came with it should. */
  async #read(room: RoomId, offset: number): Promise<Line | undefined> {
    const line = await lineAt(this.#sources, room, offset);
    return line && copiesOf([line])[0];
  }
}
