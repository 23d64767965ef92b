/** One socket watching one room: joining with recovery, leaving, and the life of its token. */
import {
  type ClientInfo,
  type CloseCode,
  ErrorCode,
  limits,
  type Position,
  type RoomId,
  type Signal,
  subjects,
  UnsubscribeCode,
  type wire,
} from "@madang/contracts";
import { encodeUnsubscribe } from "./encode.ts";
import type { Feed, Viewer } from "./feed.ts";
import type { Gateway } from "./gateway.ts";
import { ReplyError } from "./reply-error.ts";
import type { Line } from "./ring.ts";
import type { Session } from "./session.ts";

/** What a joining client gets: where it stands, and the lines in between. */
export interface Joined {
  readonly result: Omit<wire.Results["subscribe"], "publications">;
  readonly lines: readonly Line[];
}

export class Subscription implements Viewer {
  readonly room: RoomId;
  readonly info: ClientInfo;
  readonly wantsJoinLeave: boolean;
  readonly #gateway: Gateway;
  readonly #session: Session;
  #feed: Feed | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #ended = false;

  constructor({ gateway, session, room, joinLeave }: { gateway: Gateway; session: Session; room: RoomId; joinLeave: boolean }) {
    this.room = room;
    this.#gateway = gateway;
    this.#session = session;
    this.info = session.info;
    this.wantsJoinLeave = joinLeave;
  }

  /**
   * Joins the room. `joined` is called in the very turn in which this subscription begins to receive, so that what it sends goes out
   * before the first live line.
   *
   * @throws ReplyError
   */
  async join(request: wire.SubscribeRequest, joined: (joined: Joined) => void): Promise<void> {
    const feed = await this.#gateway.hub.watch(this.room).catch((cause: unknown) => {
      throw new ReplyError(ErrorCode.roomUnavailable, { cause });
    });
    const asked = request.recover === true ? { offset: request.offset ?? 0, epoch: request.epoch ?? "" } : undefined;
    const recovery = asked === undefined ? undefined : await this.#recover(feed, asked);
    if (this.#ended) return;
    const { offset, epoch } = feed.position;
    feed.viewers.add(this);
    this.#feed = feed;
    const position = { recoverable: true, positioned: true, epoch } as const;
    if (asked === undefined) joined({ result: { ...position, offset }, lines: [] });
    else if (recovery === undefined)
      joined({ result: { ...position, offset, was_recovering: true, recovered: false }, lines: [] });
    else joined({ result: { ...position, offset: asked.offset, was_recovering: true, recovered: true }, lines: recovery });
    this.#signal("join");
  }

  /** The server lets the token run until `expiresAt` (s since 1970) and a grace for the refresh. */
  expireAt(expiresAt: number | undefined): void {
    clearTimeout(this.#expiry);
    if (expiresAt === undefined) return;
    const after = expiresAt * 1000 - this.#gateway.now() + limits.expireGraceMs;
    // A timer holds no more than 2^31 − 1 ms; a token that long outlives any socket.
    if (after < 2 ** 31) this.#expiry = setTimeout(() => this.end(UnsubscribeCode.expired), after).unref();
  }

  broadcast(frame: Buffer): void {
    this.#session.outbox.broadcast(frame);
  }

  push(message: string): void {
    this.#session.outbox.push(message);
  }

  end(code: CloseCode): void {
    this.#session.subscriptions.delete(this.room);
    this.leave();
    this.push(encodeUnsubscribe(this.room, code));
  }

  leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#expiry);
    if (this.#feed?.viewers.delete(this)) this.#signal("leave");
  }

  /**
   * Every line after a position up to the feed's own, which holds when this resolves: no turn passes in between. Undefined: the
   * position is of another life of the log, lies ahead of it, or too much has happened since.
   */
  async #recover(feed: Feed, asked: Position): Promise<readonly Line[] | undefined> {
    // From the very beginning needs no epoch: nobody can have seen another.
    const sameEpoch = () => asked.epoch === feed.position.epoch || (asked.epoch === "" && asked.offset === 0);
    // A client ahead of this gateway has seen what is still on its way here.
    if (sameEpoch() && asked.offset > feed.position.offset) await feed.recheck().catch(() => {});
    const fetched: Line[] = [];
    let bytes = 0;
    for (;;) {
      const from = asked.offset + fetched.length + 1;
      const { offset: head } = feed.position;
      if (!sameEpoch() || asked.offset > head || head - asked.offset > limits.recoveryLines) return undefined;
      const recent = feed.ring.slice(from, head);
      if (recent !== undefined) {
        const lines = [...fetched, ...recent];
        return bytesOf(lines) > limits.recoveryBytes ? undefined : lines;
      }
      const to = feed.ring.first === undefined ? head : Math.max(from, feed.ring.first - 1);
      const page = await this.#gateway.past
        .page({ room: this.room, from, to, reverse: false, maxBytes: limits.recoveryBytes })
        .catch(lostIsUndefined);
      if (page === undefined) return undefined;
      fetched.push(...page.lines.map((line, index) => ({ offset: page.from + index, line })));
      bytes = bytesOf(fetched);
      if (bytes > limits.recoveryBytes) return undefined;
    }
  }

  #signal(type: Signal["type"]): void {
    // As with presence: who comes and goes is told in rooms small enough for it to matter.
    if ((this.#feed?.viewers.size ?? 0) > limits.presenceClients) return;
    const signal: Signal = { v: 1, type, info: this.info };
    this.#gateway.bus.publish(subjects.signal(this.room), Buffer.from(JSON.stringify(signal)));
  }
}

function bytesOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { line }) => sum + line.length, 0);
}

function lostIsUndefined(error: unknown): undefined {
  if (error instanceof ReplyError && error.error.code === ErrorCode.unrecoverablePosition.code) return undefined;
  throw error;
}
