/** A connection to Madang, and the rooms that one is in. */
import { Centrifuge, type Options } from "centrifuge";
import { Caller, type Refused } from "./caller.ts";
import { personOf } from "./entry.ts";
import { MadangError } from "./errors.ts";
import { claimsOf, defaultIdentity, type IdentityStore } from "./identity.ts";
import { Listeners } from "./listeners.ts";
import type { Connection, Person } from "./model.ts";
import { Room } from "./room.ts";

export interface ConnectOptions {
  /** `ws://…` or `wss://…`, with `/connection/websocket`. In a browser: the page's own host. */
  readonly url?: string;
  /** A connection token. Without one, one is a visitor, where the site lets them in. */
  readonly token?: string;
  /** How to have a newer one, when it has expired. */
  readonly getToken?: () => Promise<string>;
  /** Where a visitor's identity is kept. In a browser: `localStorage`; else in memory. */
  readonly identity?: IdentityStore;
  /** The WebSocket class, where there is none: in Node before 22 that of `ws`. */
  readonly websocket?: unknown;
}

/** Starts connecting at once, and goes on by itself until it is closed. */
export function connect(options: ConnectOptions = {}): Madang {
  return new Madang(options);
}

/** Made by `connect`. */
export class Madang {
  /** Whether one comes with a token; else as a visitor, and where those are not let in the connection closes with 3500. */
  readonly hasToken: boolean;
  readonly #centrifuge: Centrifuge;
  readonly #caller: Caller;
  readonly #identity: IdentityStore;
  readonly #rooms = new Map<string, Room>();
  readonly #listeners = new Listeners();
  readonly #blocked = new Set<string>();
  #connection: Connection = { kind: "connecting" };
  #me: Person = { user: "", name: "" };

  /** @internal */
  constructor({ url = urlOfPage(), token = "", getToken, identity = defaultIdentity(), websocket }: ConnectOptions) {
    this.#identity = identity;
    this.hasToken = Boolean(token || getToken);
    const options: Partial<Options> = { token, name: "madang" };
    if (token !== "") this.#nameOfToken(token);
    if (getToken !== undefined) {
      options.getToken = async () => {
        const newer = await getToken();
        this.#nameOfToken(newer);
        return newer;
      };
    } else if (token === "") {
      options.getData = async () => ({ identity: this.#identity.read() ?? "" });
    }
    if (websocket !== undefined) options.websocket = websocket;
    this.#centrifuge = new Centrifuge(url, options);
    this.#caller = new Caller(this.#centrifuge);
    this.#centrifuge
      .on("connected", ({ data }) => this.#connected(data))
      .on("connecting", () => this.#become(this.#lost()))
      .on("disconnected", ({ code, reason }) => this.#become({ kind: "closed", code, reason }))
      // What passes by while it reconnects by itself.
      .on("error", () => {});
    this.#centrifuge.connect();
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Who one is; empty until it is known. */
  get user(): string {
    return this.#me.user;
  }

  /** A room, which one joins at once: always the same object for the same id, until one leaves it. */
  room(id: string): Room {
    const known = this.#rooms.get(id);
    if (known !== undefined) {
      known.rejoin();
      return known;
    }
    const room = new Room(id, {
      centrifuge: this.#centrifuge,
      caller: this.#caller,
      me: () => this.#me,
      left: (one) => void this.#rooms.delete(one.id),
    });
    for (const user of this.#blocked) room.hide(user, true);
    this.#rooms.set(id, room);
    return room;
  }

  /** One does not want to hear this user, in any room. What they said is gone at once. @throws MadangError */
  async block(user: string): Promise<void> {
    this.#hide(user, true);
    try {
      await this.#ask("block", { user });
    } catch (failure) {
      this.#hide(user, false);
      throw failure;
    }
  }

  /** @throws MadangError */
  async unblock(user: string): Promise<void> {
    await this.#ask("unblock", { user });
    this.#hide(user, false);
  }

  /** Whom one has blocked. @throws MadangError */
  async blocks(): Promise<string[]> {
    return (await this.#ask<{ users: string[] }>("blocks", {})).users;
  }

  /** Makes a room of one's own, where the site lets one. Without an answer nobody knows whether there is one. @throws MadangError */
  async startRoom(fields: { readonly title: string }): Promise<{ room: string }> {
    // Asked once: each time makes another room.
    return this.#ask("start", fields, 0);
  }

  /** Told when the connection has changed. @returns what ends it */
  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** For good. */
  close(): void {
    this.#centrifuge.disconnect();
  }

  async #ask<T>(method: string, fields: object, withinMs?: number): Promise<T> {
    const answer = await this.#caller.ask<T | Refused>(method, fields, withinMs);
    const { refused } = answer as Partial<Refused>;
    if (refused !== undefined) throw new MadangError(refused.code, refused.message);
    return answer as T;
  }

  #hide(user: string, hidden: boolean): void {
    if (hidden) this.#blocked.add(user);
    else this.#blocked.delete(user);
    for (const room of this.#rooms.values()) room.hide(user, hidden);
  }

  #connected(data: { user?: string; identity?: string } | undefined): void {
    if (data?.user !== undefined) this.#me = personOf({ user: data.user }) ?? this.#me;
    if (data?.identity !== undefined) this.#identity.write(data.identity);
    this.#become({ kind: "connected", user: this.#me.user });
  }

  #lost(): Connection {
    if (this.#connection.kind === "connecting" || this.#connection.kind === "reconnecting") return this.#connection;
    return { kind: "reconnecting", sinceMs: Date.now() };
  }

  #nameOfToken(token: string): void {
    const { user, info } = claimsOf(token);
    this.#me = personOf({ user, connInfo: info }) ?? this.#me;
  }

  #become(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#listeners.tell();
  }
}

function urlOfPage(): string {
  const { location } = globalThis as { location?: { protocol: string; host: string } };
  if (location === undefined) throw new MadangError(0, "connect needs a url here");
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/connection/websocket`;
}
