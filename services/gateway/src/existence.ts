/**
 * Whether a room is there, for clients. Where visitors are let in without a token, a room is there as soon as somebody asks for it (S2).
 * Elsewhere a room is made by the site: by its server, which does or says something in it, or by a subscription token that names it.
 */
import type { Bus } from "@madang/bus";
import { decodeJson, ErrorCode, encodeJson, limits, type RoomId, StoreHeadReply, subjects } from "@madang/contracts";
import { type EventLog, LogUnavailable } from "@madang/log";
import { forgetOldest } from "@madang/room-state";
import { within } from "@madang/runtime";
import type { Hub } from "./hub.ts";
import type { OpenSession } from "./open-session.ts";
import { HistoryUnavailable } from "./past.ts";
import { ReplyError } from "./reply-error.ts";
import type { RoomCards } from "./room-cards.ts";

/** By whom rooms come to be. */
export type RoomsBy = "anybody" | "made";

export interface ExistenceOptions {
  by: RoomsBy;
  bus: Pick<Bus, "request">;
  log: Pick<EventLog, "position">;
  cards: Pick<RoomCards, "read">;
  hub: Pick<Hub, "get">;
}

export class Existence {
  readonly #options: ExistenceOptions;
  /** A room that was there once is there for ever. */
  readonly #known = new Set<RoomId>();
  /** One question for all who ask the same. */
  readonly #asked = new Map<RoomId, Promise<void>>();

  constructor(options: ExistenceOptions) {
    this.#options = options;
  }

  /**
   * A client wants something of a room. Nothing is asked about one that it watches, that others watch here, or that was there before.
   * @throws ReplyError 102: there is no such room
   * @throws LogUnavailable | HistoryUnavailable: nobody can say
   */
  async check(room: RoomId, client: Pick<OpenSession, "subscriptions">): Promise<void> {
    if (this.#options.by === "anybody" || this.#known.has(room)) return;
    // By a token, maybe, that names a room in which nothing has happened yet.
    if (client.subscriptions.get(room)?.joined === true) return;
    if (this.#happenedHere(room)) return this.#keep(room);
    const before = this.#asked.get(room);
    if (before === undefined) return this.#ask(room);
    // It was asked before we came, and the room may have been made in between: a "no" is no answer to us, since SDKs take it for good.
    try {
      return await before;
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      return this.#asked.get(room) ?? this.#ask(room);
    }
  }

  #ask(room: RoomId): Promise<void> {
    const late = () => new LogUnavailable(`nobody says in time whether there is a room ${room}`);
    const asked = within(limits.existenceMs, this.#isThere(room), late)
      .then((isThere) => {
        if (!isThere) throw new ReplyError(ErrorCode.unknownChannel);
        this.#keep(room);
      })
      .finally(() => this.#asked.delete(room));
    this.#asked.set(room, asked);
    return asked;
  }

  #keep(room: RoomId): void {
    this.#known.add(room);
    forgetOldest(this.#known, limits.roomsKnown);
  }

  #happenedHere(room: RoomId): boolean {
    const feed = this.#options.hub.get(room);
    return feed?.live === true && (feed.head.offset > 0 || feed.view.state.offset > 0);
  }

  /** Its card, if anything was ever done in it; log and registry, which know of every event; and the store, should both be lost. */
  async #isThere(room: RoomId): Promise<boolean> {
    const { cards, log, bus } = this.#options;
    const [card, position] = await Promise.all([cards.read(room), log.position(room)]);
    if (card !== undefined || position.offset > 0) return true;
    const reply = await bus
      .request(subjects.storeHead, encodeJson({ v: 1, room }), { timeoutMs: limits.existenceMs })
      .then((bytes) => decodeJson(StoreHeadReply, bytes))
      .catch((cause: unknown) => {
        throw new HistoryUnavailable("persistence does not say whether there is such a room", { cause });
      });
    return reply.head !== undefined;
  }
}
