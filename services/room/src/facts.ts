/** What a room has to find out before it can decide on a command: what an act is about, and what the site's review says. */
import { type Author, isStaff, type Line, limits, type Publication, type RoomCommand, type RoomId } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import type { RoomState } from "@madang/room-state";
import { Semaphore } from "@madang/runtime";
import type { Target } from "./decision.ts";
import type { Reviews } from "./reviews.ts";
import { roleOf } from "./speech.ts";

/** What was found out. */
export interface Found {
  readonly target?: Target;
  readonly review?: "allow" | "decline" | "hold";
}

export interface FactsOptions {
  room: RoomId;
  state: RoomState;
  /** An event of the room, from log or store; undefined: there is none. @throws LogUnavailable */
  find: (room: RoomId, offset: number) => Promise<Line | undefined>;
  reviews: Reviews;
}

export class Facts {
  readonly #options: FactsOptions;
  readonly #places = new Semaphore(limits.targetsAtOnce);
  #waiting = 0;

  constructor(options: FactsOptions) {
    this.#options = options;
  }

  /** Whether something has to be found out first. */
  needed(command: RoomCommand): boolean {
    if (command.command === "act") return "offset" in command.action;
    return command.command === "send" && this.#isReviewed(command);
  }

  /** @throws LogUnavailable: it cannot be found out now, or too many wait for it */
  async gather(command: RoomCommand): Promise<Found> {
    const { room, find, reviews, state } = this.#options;
    if (command.command === "act" && "offset" in command.action) {
      const line = await this.#inTurn(() => find(room, (command.action as { offset: number }).offset));
      return line === undefined ? {} : { target: targetOf(line) };
    }
    const { review } = state.settings;
    if (command.command !== "send" || review === null) return {};
    const { author, data } = command;
    return { review: await reviews.ask(review, { room, user: author, data }) };
  }

  #isReviewed({ author, role }: { author: Author; role?: Parameters<typeof roleOf>[1]["role"] }): boolean {
    const { state } = this.#options;
    return state.settings.review !== null && !isStaff(roleOf(state, { user: author, role }));
  }

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#waiting >= limits.targetsAtOnce) throw new LogUnavailable("too many acts wait for what they are about");
    this.#waiting++;
    const release = await this.#places.acquire();
    try {
      return await ask();
    } finally {
      this.#waiting--;
      release();
    }
  }
}

function targetOf({ offset, type, author, lane, mentions, line }: Line): Target {
  const publication: Publication = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8"));
  return { offset, type, author, lane, mentions, publication };
}
