/** One socket watching one room: joining, leaving, and the life of its token. */
import {
  type ClientInfo,
  type CloseCode,
  ErrorCode,
  encodeJson,
  hash32,
  type Line,
  limits,
  type Role,
  type RoomId,
  type Signal,
  subjects,
  UnsubscribeCode,
  type wire,
} from "@madang/contracts";
import { type BlockList, nobody } from "./blocks.ts";
import { encodeSignal, encodeSignalPush, encodeSkip, encodeUnsubscribe } from "./encode.ts";
import { Expiry } from "./expiry.ts";
import type { Feed } from "./feed.ts";
import type { Frame } from "./frame.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenSession } from "./open-session.ts";
import { prepareRecovery, recovered } from "./recovery.ts";
import { ReplyError } from "./reply-error.ts";
import type { Row } from "./socket-table.ts";
import type { TokenMarks } from "./trust/token-marks.ts";
import type { Viewer } from "./viewer.ts";

/** What a joining client gets: where it stands, and the lines in between. */
export interface Joined {
  readonly result: Omit<wire.Results["subscribe"], "publications">;
  readonly lines: readonly Line[];
}

export interface SubscriptionOptions {
  gateway: Gateway;
  room: RoomId;
  /** Who watches. */
  client: Pick<OpenSession, "info" | "outbox" | "roleIn" | "forget">;
  wantsJoinLeave: boolean;
}

export class Subscription implements Viewer {
  readonly user: string;
  readonly hash: number;
  readonly info: ClientInfo;
  readonly wantsJoinLeave: boolean;
  /** By what the token may be revoked that let it in, if one did. */
  token: TokenMarks | undefined;
  readonly #gateway: Gateway;
  readonly #room: RoomId;
  readonly #client: SubscriptionOptions["client"];
  readonly #expiry = new Expiry();
  #feed: Feed | undefined;
  #blocks: BlockList | undefined;
  #left = false;

  constructor({ gateway, room, client, wantsJoinLeave }: SubscriptionOptions) {
    this.#gateway = gateway;
    this.#room = room;
    this.#client = client;
    this.info = client.info;
    this.user = this.info.user;
    this.hash = hash32(this.user);
    this.wantsJoinLeave = wantsJoinLeave;
  }

  /**
   * Joins the room. `joined` is called in the very turn in which this subscription begins to receive, so that what it sends goes out
   * before the first live line. It is not called for one that has left meanwhile.
   *
   * @throws LogUnavailable | HistoryUnavailable | ReplyError: they are banned
   */
  async join(request: wire.SubscribeRequest, joined: (joined: Joined) => void): Promise<void> {
    if (this.#left) return;
    const gateway = this.#gateway;
    const room = this.#room;
    this.#blocks = gateway.blocks.hold(this.user);
    const [feed] = await Promise.all([gateway.hub.watch(room), this.#blocks.loaded]);
    const asked = request.recover === true ? { offset: request.offset ?? 0, epoch: request.epoch ?? "" } : undefined;
    if (asked !== undefined) await prepareRecovery(feed, asked);
    if (this.#left) return;
    if (feed.view.isBanned(this.user, gateway.now())) throw new ReplyError(ErrorCode.banned);
    // In one turn: a line that came between what is recovered and what is live would be in neither.
    const missed = asked === undefined ? undefined : recovered(feed, asked, this);
    feed.join(this);
    this.#feed = feed;
    const { offset, epoch } = feed.position;
    const position = { recoverable: true, positioned: true, epoch } as const;
    if (asked === undefined) joined({ result: { ...position, offset }, lines: [] });
    else if (missed === undefined) joined({ result: { ...position, offset, was_recovering: true, recovered: false }, lines: [] });
    else {
      joined({ result: { ...position, offset: asked.offset, was_recovering: true, recovered: true }, lines: missed.lines });
      if (missed.skip !== undefined) this.push(encodeSignalPush(room, encodeSkip(missed.skip)));
    }
    // The reply itself may have shown that its reader is slow.
    if (this.#left) return;
    if (feed.counters !== undefined) this.push(encodeSignalPush(room, encodeSignal("counters", feed.counters)));
    this.#signal("join");
  }

  get row(): Row {
    return this.#client.outbox.row;
  }

  broadcast(frame: Frame): void {
    this.#client.outbox.broadcast(frame);
  }

  push(message: string): void {
    this.#client.outbox.push(message);
  }

  get blocked(): ReadonlySet<string> {
    return this.#blocks?.users ?? nobody;
  }

  /** As its token says now: a newer one may say less. */
  get role(): Role {
    return this.#client.roleIn(this.#room);
  }

  /** When its token ends, s since 1970; undefined: never. */
  setExpiry(expiresAt: number | undefined): void {
    this.#expiry.set({ expiresAt, now: this.#gateway.now(), onExpired: () => this.end(UnsubscribeCode.expired) });
  }

  /** It was let in, and receives. */
  get joined(): boolean {
    return this.#feed !== undefined && !this.#left;
  }

  get left(): boolean {
    return this.#left;
  }

  /** The server ends it. */
  end(code: CloseCode): void {
    if (this.#left) return;
    this.leave();
    this.push(encodeUnsubscribe(this.#room, code));
    this.#client.forget(this.#room, this);
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#expiry.clear();
    this.#blocks?.release();
    if (this.#feed?.leave(this)) this.#signal("leave");
  }

  #signal(type: "join" | "leave"): void {
    // As with presence: who comes and goes is told in rooms small enough for it to matter.
    if ((this.#feed?.audience ?? 0) > limits.presenceClients) return;
    const signal: Signal = { v: 1, type, info: this.info };
    this.#gateway.bus.publish(subjects.signal(this.#room), encodeJson(signal));
  }
}
