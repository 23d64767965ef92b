/** One socket, from its first command to its close. It keeps the order of commands, and lets no fault of its client reach another. */
import {
  type ClientId,
  type CloseCode,
  DisconnectCode,
  ErrorCode,
  limits,
  type ProtocolError,
  type RoomId,
  UnsubscribeCode,
} from "@madang/contracts";
import { currentTrace, inTrace, type Logger, type Trace } from "@madang/runtime";
import type { WebSocket } from "ws";
import { type Command, type Decoded, decodeCommand } from "./decode.ts";
import { encodeError } from "./encode.ts";
import type { Identity } from "./identity.ts";
import { type Allowance, unbounded } from "./limits/allowance.ts";
import type { UserSeats } from "./limits/user-seats.ts";
import { OpenSession } from "./open-session.ts";
import { Outbox } from "./outbox.ts";
import { Disconnect, toReply } from "./reply-error.ts";
import type { SocketTable } from "./socket-table.ts";
import type { Subscription } from "./subscription.ts";
import { Traffic } from "./traffic.ts";
import type { IsRevoked } from "./trust/revocations.ts";

/** What commands do. A session only knows when. */
export interface CommandHandlers {
  /** Who connects, and the reply that says so. @throws ReplyError | Disconnect */
  connect(client: ClientId, command: Extract<Command, { method: "connect" }>): Promise<{ identity: Identity; reply: string }>;
  /** One command of an open session has come. A trace, if it is one of the few that are followed: what fails is told and logged within it. */
  begin(command: Command): Trace | undefined;
  /** Answers it, by its outbox. @throws ReplyError | Disconnect, and whatever failed */
  handle(client: OpenSession, command: Command): Promise<void>;
}

type State =
  | { kind: "awaiting-connect"; deadline: NodeJS.Timeout }
  /** The token is being looked at; what came with it, or right behind it, waits its turn. */
  | { kind: "connecting"; deadline: NodeJS.Timeout; waiting: Decoded[] }
  | OpenSession
  | { kind: "closed" };

export interface SessionOptions {
  socket: WebSocket;
  handlers: CommandHandlers;
  logger: Logger;
  traffic?: Traffic;
  /** Where its socket gets a row. */
  table: SocketTable;
  /** Server time, ms. */
  now: () => number;
  /** What it may do. Without: everything. */
  allowance?: Allowance;
  /** Where it comes from, if it shares that with others. */
  address?: string | undefined;
  /** Where each user's connections are counted, if they are. */
  seats?: UserSeats;
}

export class Session {
  readonly id = crypto.randomUUID() as ClientId;
  readonly #options: SessionOptions;
  readonly #traffic: Traffic;
  readonly #outbox: Outbox;
  readonly #allowance: Allowance;
  readonly #subscriptions = new Map<RoomId, Subscription>();
  #state: State;
  #pending = 0;
  /** Set when it is to close as soon as its commands are answered. */
  #finish: (() => void) | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#traffic = options.traffic ?? new Traffic();
    const { socket, table } = options;
    this.#outbox = new Outbox(socket, { table, onSlow: (close) => this.close(close) });
    this.#allowance = options.allowance ?? unbounded;
    const deadline = setTimeout(() => this.close(DisconnectCode.stale), limits.connectWithinMs).unref();
    this.#state = { kind: "awaiting-connect", deadline };
  }

  /** Who is there, once somebody is. */
  get identity(): Identity | undefined {
    return this.#state.kind === "open" ? this.#state.identity : undefined;
  }

  /** @param bytes its length */
  handleFrame(frame: string, bytes = Buffer.byteLength(frame)): void {
    if (!this.#allowance.bytes(bytes)) return this.close(DisconnectCode.tooManyRequests);
    for (const line of frame.split("\n")) {
      // Some encoders end the last line too.
      if (line === "") continue;
      if (this.#state.kind === "closed") return;
      this.#handle(decodeCommand(line));
    }
  }

  /** The answer to a ping, which came alone in its frame. */
  handlePong(): void {
    this.#handle({ kind: "pong" });
  }

  /** A ping of WebSocket's own. The answer carries what it carried. */
  handlePing(data: Uint8Array): void {
    this.handleControl();
    if (this.#state.kind !== "closed") this.#outbox.pong(data);
  }

  /** A ping or a pong of WebSocket's own. */
  handleControl(): void {
    if (!this.#allowance.control()) this.close(DisconnectCode.tooManyRequests);
  }

  /** The socket is gone, whoever closed it. */
  handleClosed(): void {
    if (this.#state.kind !== "closed") this.#traffic.countClose(0);
    this.#leave();
    this.#outbox.close();
  }

  ping(): void {
    if (this.#state.kind !== "open") return;
    this.#state.awaitsPong = true;
    this.#traffic.pings++;
    this.#outbox.ping();
  }

  /** Some time after a ping. */
  expectPong(): void {
    if (this.#state.kind === "open" && this.#state.awaitsPong) this.close(DisconnectCode.noPong);
  }

  /** Ends what it watches of a room, if it does. */
  endSubscription(room: RoomId, code: CloseCode): void {
    this.#subscriptions.get(room)?.end(code);
  }

  endRevoked(isRevoked: IsRevoked): void {
    if (this.#state.kind !== "open") return;
    if (isRevoked(this.#state.identity.marks)) return this.close(DisconnectCode.invalidToken);
    for (const subscription of this.#subscriptions.values())
      if (subscription.token !== undefined && isRevoked(subscription.token)) subscription.end(UnsubscribeCode.revoked);
  }

  close({ code, reason }: CloseCode): void {
    if (this.#state.kind === "closed") return;
    this.#outbox.end();
    this.#traffic.countClose(code);
    this.#leave();
    this.#options.socket.close(code, reason);
    // A peer that reads nothing answers no close frame either.
    setTimeout(() => this.#options.socket.terminate(), limits.closeHandshakeMs).unref();
  }

  /** Takes no more commands, and closes once those it has are answered, or had their time. C14. Resolves then. */
  finish(close: CloseCode): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(deadline);
        this.close(close);
        resolve();
      };
      const deadline = setTimeout(finish, limits.commandDeadlineMs);
      this.#finish = finish;
      if (this.#pending === 0 || this.#state.kind === "closed") finish();
    });
  }

  #leave(): void {
    const state = this.#state;
    this.#state = { kind: "closed" };
    if (state.kind === "awaiting-connect" || state.kind === "connecting") clearTimeout(state.deadline);
    if (state.kind === "open") {
      state.close();
      this.#options.seats?.leave(state.identity.user);
    }
    for (const subscription of this.#subscriptions.values()) subscription.leave();
    this.#subscriptions.clear();
    this.#finish?.();
  }

  #handle(decoded: Decoded): void {
    const state = this.#state;
    switch (state.kind) {
      case "awaiting-connect":
        // A connection that begins with anything else has nobody to answer.
        if (decoded.kind !== "command" || decoded.command.method !== "connect") return this.close(DisconnectCode.badRequest);
        // Nobody has to check one token after the other.
        if (this.#allowance.command(decoded.command) !== "allowed") return this.close(DisconnectCode.tooManyRequests);
        this.#state = { ...state, kind: "connecting", waiting: [] };
        void this.#connect(decoded.command);
        return;
      case "connecting":
        if (decoded.kind === "violation" || state.waiting.length >= limits.pendingCommands)
          return this.close(DisconnectCode.badRequest);
        state.waiting.push(decoded);
        return;
      case "open":
        return this.#handleOpen(state, decoded);
      case "closed":
        return;
      default:
        state satisfies never;
    }
  }

  #handleOpen(state: OpenSession, decoded: Decoded): void {
    switch (decoded.kind) {
      case "violation":
        return this.close(DisconnectCode.badRequest);
      case "pong":
        state.awaitsPong = false;
        this.#outbox.handlePong();
        this.handleControl();
        return;
      case "invalid":
        if (this.#isAllowed(decoded.id, undefined)) this.#refuse(decoded.id, decoded.error);
        return;
      case "command":
        if (decoded.command.method === "connect") return this.close(DisconnectCode.badRequest);
        // As if it had come after the close: it is repeated elsewhere.
        if (this.#finish !== undefined) return;
        if (!this.#isAllowed(decoded.command.id, decoded.command)) return;
        this.#begin(state, decoded.command);
        return;
      default:
        decoded satisfies never;
    }
  }

  /** Whether it is within bounds. If not, its sender is told, and closed in the end. */
  #isAllowed(id: number, command: Command | undefined): boolean {
    const allowed = this.#allowance.command(command);
    // `send` alone has no reply.
    if (allowed === "refused" && command?.method !== "send") this.#refuse(id, ErrorCode.tooManyRequests);
    if (allowed === "flood") this.close(DisconnectCode.tooManyRequests);
    return allowed === "allowed";
  }

  async #connect(command: Extract<Command, { method: "connect" }>): Promise<void> {
    try {
      const { identity, reply } = await this.#options.handlers.connect(this.id, command);
      if (this.#state.kind !== "connecting") return;
      if (this.#options.seats?.take(identity.user) === false) return this.close(DisconnectCode.connectionLimit);
      const { deadline, waiting } = this.#state;
      clearTimeout(deadline);
      const { address, now } = this.#options;
      this.#state = new OpenSession({
        id: this.id,
        identity,
        address,
        outbox: this.#outbox,
        subscriptions: this.#subscriptions,
        now,
        session: this,
      });
      this.#outbox.push(reply);
      for (const decoded of waiting) this.#handle(decoded);
    } catch (error) {
      this.#fail(command.id, error);
      if (this.#state.kind !== "connecting") return;
      const { deadline, waiting } = this.#state;
      this.#state = { kind: "awaiting-connect", deadline };
      // What waited is now what it would have been without the connect: a command before it.
      for (const decoded of waiting) this.#handle(decoded);
    }
  }

  #begin(state: OpenSession, command: Command): void {
    const trace = this.#options.handlers.begin(command);
    if (trace === undefined) void this.#answer(state, command);
    else void this.#follow(trace, state, command);
  }

  async #follow(trace: Trace, state: OpenSession, command: Command): Promise<void> {
    await inTrace(trace, () => this.#answer(state, command));
    trace.end();
  }

  async #answer(state: OpenSession, command: Command): Promise<void> {
    if (this.#pending >= limits.pendingCommands) {
      this.#refuse(command.id, ErrorCode.tooManyRequests);
      return;
    }
    this.#pending++;
    try {
      await this.#options.handlers.handle(state, command);
    } catch (error) {
      this.#fail(command.id, error);
    } finally {
      this.#pending--;
      if (this.#pending === 0) this.#finish?.();
    }
  }

  /** The one place where any failure ends a command, or the connection. */
  #fail(id: number, error: unknown): void {
    if (this.#state.kind === "closed") return;
    if (error instanceof Disconnect) return this.close(error.close);
    const reply = toReply(error);
    if (reply === undefined) this.#options.logger.error({ error, session: this.id }, "command failed");
    this.#refuse(id, reply ?? ErrorCode.internal);
  }

  #refuse(id: number, error: ProtocolError): void {
    this.#traffic.countRefusal(error.code);
    // Not the message, which may name what was wrong in the client's own words.
    currentTrace()?.fail(`error ${error.code}`);
    this.#outbox.push(encodeError(id, error));
  }
}
