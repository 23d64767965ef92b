/** What a room has to find out before it can decide on a command: what an act is about, and what the site's review says. */
import {
  type Author,
  isStaff,
  type JsonObject,
  type Line,
  limits,
  type MessageId,
  publicationOf,
  type Role,
  type RoomCommand,
  type RoomId,
} from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import type { StoredGift, Target } from "./decision.ts";
import type { Reviews } from "./reviews.ts";
import type { Room } from "./room.ts";

/** What was found out. */
export interface Found {
  readonly target?: Target | undefined;
  readonly review?: "allow" | "decline" | "hold" | undefined;
  readonly gift?: StoredGift | undefined;
}

export interface FactsOptions {
  id: RoomId;
  room: Pick<Room, "state" | "mustAskFor">;
  /** An event of the room, from log or store; undefined: there is none. @throws LogUnavailable */
  find: (room: RoomId, offset: number) => Promise<Line | undefined>;
  /** A gift of the room, from the store; undefined: nobody can tell. */
  findGift: (room: RoomId, id: MessageId) => Promise<StoredGift | undefined>;
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
    const { room } = this.#options;
    if (command.command === "act") return "offset" in command.action || room.mustAskFor(command);
    if (command.command !== "send") return false;
    const { state } = room;
    const { author: user, role } = command;
    return state.settings.review !== null && !isStaff(state.roleOf({ user, role }));
  }

  /** @throws LogUnavailable: it cannot be found out now, or too many wait for it */
  async gather(command: RoomCommand): Promise<Found> {
    if (command.command === "hearts") return {};
    if (command.command === "send") return { review: await this.#reviewed(command.author, command.role, command.data) };
    const { by, id, action } = command;
    if (action.type === "gift") return { gift: await this.#gift(id) };
    if (!("offset" in action)) return {};
    const target = await this.#target(action.offset);
    // The site's service has nothing to do with who edits what is not theirs.
    if (action.type !== "edit" || target?.author !== by.user) return { target };
    return { target, review: await this.#reviewed(by.user, by.role, action.data) };
  }

  /** What a reviewed room is to say: a message, or what it is changed to. */
  async #reviewed(user: Author, role: Role | undefined, data: JsonObject): Promise<Found["review"]> {
    const { id, room, reviews } = this.#options;
    const { state } = room;
    const { review } = state.settings;
    if (review === null || isStaff(state.roleOf({ user, role }))) return undefined;
    return reviews.ask(review, { room: id, user, data });
  }

  async #target(offset: number): Promise<Target | undefined> {
    const { id, room, find } = this.#options;
    const line = await this.#wait(() => find(id, offset));
    // As it reads now: what is pinned is what its author made of it.
    return line && targetOf(room.state.changes.view(line));
  }

  #gift(id: MessageId): Promise<StoredGift | undefined> {
    const { id: room, findGift } = this.#options;
    return this.#wait(() => findGift(room, id));
  }

  async #wait<T>(find: () => Promise<T>): Promise<T> {
    if (this.#waiting >= limits.targetsAtOnce) throw new LogUnavailable("too many acts wait for what they are about");
    this.#waiting++;
    try {
      return await find();
    } finally {
      this.#waiting--;
    }
  }
}

function targetOf(line: Line): Target {
  const { offset, type, author, lane, mentions } = line;
  return { offset, type, author, lane, mentions, publication: publicationOf(line) };
}
