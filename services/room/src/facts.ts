/** What a room has to find out before it can decide on a command: what an act is about, and what the site's review says. */
import {
  type Author,
  isStaff,
  type JsonObject,
  type Line,
  limits,
  publicationOf,
  type Role,
  type RoomCommand,
  type RoomId,
} from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import type { RoomState } from "@madang/room-state";
import type { Target } from "./decision.ts";
import type { Reviews } from "./reviews.ts";

/** What was found out. */
export interface Found {
  readonly target?: Target | undefined;
  readonly review?: "allow" | "decline" | "hold" | undefined;
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
  #waiting = 0;

  constructor(options: FactsOptions) {
    this.#options = options;
  }

  /** Whether something has to be found out first. */
  needed(command: RoomCommand): boolean {
    if (command.command === "act") return "offset" in command.action;
    if (command.command !== "send") return false;
    const { state } = this.#options;
    const { author: user, role } = command;
    return state.settings.review !== null && !isStaff(state.roleOf({ user, role }));
  }

  /** @throws LogUnavailable: it cannot be found out now, or too many wait for it */
  async gather(command: RoomCommand): Promise<Found> {
    if (command.command === "hearts") return {};
    if (command.command === "send") return { review: await this.#reviewed(command.author, command.role, command.data) };
    const { by, action } = command;
    if (!("offset" in action)) return {};
    const target = await this.#target(action.offset);
    // The site's service has nothing to do with who edits what is not theirs.
    if (action.type !== "edit" || target?.author !== by.user) return { target };
    return { target, review: await this.#reviewed(by.user, by.role, action.data) };
  }

  /** What a reviewed room is to say: a message, or what it is changed to. */
  async #reviewed(user: Author, role: Role | undefined, data: JsonObject): Promise<Found["review"]> {
    const { room, reviews, state } = this.#options;
    const { review } = state.settings;
    if (review === null || isStaff(state.roleOf({ user, role }))) return undefined;
    return reviews.ask(review, { room, user, data });
  }

  async #target(offset: number): Promise<Target | undefined> {
    const { room, find, state } = this.#options;
    if (this.#waiting >= limits.targetsAtOnce) throw new LogUnavailable("too many acts wait for what they are about");
    this.#waiting++;
    try {
      const line = await find(room, offset);
      // As it reads now: what is pinned is what its author made of it.
      return line && targetOf(state.changes.view(line));
    } finally {
      this.#waiting--;
    }
  }
}

function targetOf(line: Line): Target {
  const { offset, type, author, lane, mentions } = line;
  return { offset, type, author, lane, mentions, publication: publicationOf(line) };
}
