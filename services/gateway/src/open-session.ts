/** A session as handlers see it, once somebody is there. There is one for each socket, ten thousand of them: it has no more than it needs. */
import {
  type ClientId,
  type ClientInfo,
  type CloseCode,
  DisconnectCode,
  type Role,
  type RoomId,
  type Speaker,
} from "@madang/contracts";
import { Expiry } from "./expiry.ts";
import { type Identity, roleIn } from "./identity.ts";
import type { Outbox } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";

export interface OpenSessionOptions {
  readonly id: ClientId;
  readonly identity: Identity;
  /** Where it comes from. None: it shares with nobody. */
  readonly address: string | undefined;
  readonly outbox: Outbox;
  readonly subscriptions: Map<RoomId, Subscription>;
  /** Server time, ms. */
  readonly now: () => number;
  /** Whose it is. */
  readonly session: { close(code: CloseCode): void };
}

export class OpenSession {
  readonly kind = "open";
  readonly id: ClientId;
  readonly address: string | undefined;
  readonly outbox: Outbox;
  readonly subscriptions: Map<RoomId, Subscription>;
  /** A ping has no answer yet. */
  awaitsPong = false;
  readonly #now: () => number;
  readonly #session: OpenSessionOptions["session"];
  readonly #expiry = new Expiry();
  #identity: Identity;
  #typedAt: Map<RoomId, number> | undefined;
  #closed = false;

  constructor({ id, identity, address, outbox, subscriptions, now, session }: OpenSessionOptions) {
    this.id = id;
    this.address = address;
    this.outbox = outbox;
    this.subscriptions = subscriptions;
    this.#now = now;
    this.#session = session;
    this.#identity = identity;
    this.#setExpiry();
  }

  /** As the newest token says. */
  get identity(): Identity {
    return this.#identity;
  }

  get info(): ClientInfo {
    const { user, info } = this.identity;
    return { user, client: this.id, ...(info === undefined ? {} : { conn_info: info }) };
  }

  /** The same user with a newer token. */
  refresh(identity: Identity): void {
    this.#identity = identity;
    this.#setExpiry();
  }

  /** The socket is gone, and its timers with it. */
  close(): void {
    this.#closed = true;
    this.#expiry.clear();
  }

  /** When it was last told that this socket's user types, by room. */
  get typedAt(): Map<RoomId, number> {
    this.#typedAt ??= new Map();
    return this.#typedAt;
  }

  /** It has ended; another of this room may have its place by now. */
  forget(room: RoomId, subscription: Subscription): void {
    if (this.subscriptions.get(room) === subscription) this.subscriptions.delete(room);
  }

  roleIn(room: RoomId): Role {
    return roleIn(this.identity.claims, room);
  }

  /** Who that is to a room, as the token says. */
  speakerIn(room: RoomId): Speaker {
    const { registered_at } = this.identity.claims;
    const registeredAt = registered_at === undefined ? {} : { registeredAt: Math.round(registered_at * 1_000) };
    return { user: this.identity.user, info: this.info, role: this.roleIn(room), ...registeredAt };
  }

  #setExpiry(): void {
    // The socket may have gone while its newer token was looked at.
    if (this.#closed) return;
    const onExpired = () => this.#session.close(DisconnectCode.expired);
    this.#expiry.set({ expiresAt: this.identity.expiresAt, now: this.#now(), onExpired });
  }
}
