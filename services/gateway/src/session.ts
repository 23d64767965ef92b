/** One socket, from its first command to its close. It keeps the order of commands, and lets no fault of its client reach another. */
import {
  type ClientId,
  type ClientInfo,
  type CloseCode,
  DisconnectCode,
  ErrorCode,
  limits,
  type RoomId,
} from "@madang/contracts";
import type { WebSocket } from "ws";
import { type Command, decodeCommand } from "./decode.ts";
import { encodeError, serverPing } from "./encode.ts";
import type { Gateway } from "./gateway.ts";
import { connect, handle } from "./handlers.ts";
import type { Identity } from "./identity.ts";
import { Outbox } from "./outbox.ts";
import { Disconnect, ReplyError } from "./reply-error.ts";
import type { Subscription } from "./subscription.ts";

type State =
  | { kind: "awaiting-connect"; deadline: NodeJS.Timeout }
  /** The token is being looked at; commands that came with it wait. */
  | { kind: "connecting"; waiting: Command[] }
  | { kind: "open"; identity: Identity; expiry: NodeJS.Timeout | undefined }
  | { kind: "closed" };

export class Session {
  readonly id = crypto.randomUUID() as ClientId;
  readonly outbox: Outbox;
  readonly subscriptions = new Map<RoomId, Subscription>();
  readonly #gateway: Gateway;
  readonly #socket: WebSocket;
  #state: State;
  #pending = 0;
  #awaitsPong = false;

  constructor(gateway: Gateway, socket: WebSocket) {
    this.#gateway = gateway;
    this.#socket = socket;
    this.outbox = new Outbox(socket, { onSlow: (close) => this.close(close) });
    this.#state = {
      kind: "awaiting-connect",
      deadline: setTimeout(() => this.close(DisconnectCode.stale), limits.connectWithinMs).unref(),
    };
  }

  /** @throws Error before the session is open */
  get identity(): Identity {
    if (this.#state.kind !== "open") throw new Error(`session ${this.id} is ${this.#state.kind}`);
    return this.#state.identity;
  }

  get info(): ClientInfo {
    const { user, info } = this.identity;
    return { user, client: this.id, ...(info === undefined ? {} : { conn_info: info }) };
  }

  get isOpen(): boolean {
    return this.#state.kind === "open";
  }

  /** Commands that have no reply yet. */
  get pending(): number {
    return this.#pending;
  }

  handleFrame(frame: string): void {
    for (const line of frame.split("\n")) {
      // Some encoders end the last line too.
      if (line === "") continue;
      if (this.#state.kind === "closed") return;
      this.#handleLine(line);
    }
  }

  /** The socket is gone, whoever closed it. */
  handleClosed(): void {
    this.#leave();
  }

  ping(): void {
    if (this.#state.kind !== "open") return;
    this.#awaitsPong = true;
    this.outbox.push(serverPing);
  }

  /** Some time after a ping. */
  expectPong(): void {
    if (this.#awaitsPong) this.close(DisconnectCode.noPong);
  }

  /** The token is good until `expiresAt` (s since 1970), and a grace for the refresh. */
  expireAt(identity: Identity): void {
    if (this.#state.kind !== "open") return;
    clearTimeout(this.#state.expiry);
    const { expiresAt } = identity;
    const after =
      expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt * 1000 - this.#gateway.now() + limits.expireGraceMs;
    // A timer holds no more than 2^31 − 1 ms; a token that long outlives any socket.
    const expiry = after < 2 ** 31 ? setTimeout(() => this.close(DisconnectCode.expired), after).unref() : undefined;
    this.#state = { kind: "open", identity, expiry };
  }

  close({ code, reason }: CloseCode): void {
    if (this.#state.kind === "closed") return;
    this.outbox.flush();
    this.#leave();
    this.#socket.close(code, reason);
    // A peer that reads nothing answers no close frame either.
    setTimeout(() => this.#socket.terminate(), limits.closeHandshakeMs).unref();
  }

  #leave(): void {
    if (this.#state.kind === "awaiting-connect") clearTimeout(this.#state.deadline);
    if (this.#state.kind === "open") clearTimeout(this.#state.expiry);
    this.#state = { kind: "closed" };
    for (const subscription of this.subscriptions.values()) subscription.leave();
    this.subscriptions.clear();
  }

  #handleLine(line: string): void {
    const decoded = decodeCommand(line);
    switch (decoded.kind) {
      case "violation":
        this.close(DisconnectCode.badRequest);
        return;
      case "pong":
        this.#awaitsPong = false;
        return;
      case "invalid":
        // A connection that begins with nonsense has nobody to answer.
        if (this.#state.kind === "awaiting-connect") this.close(DisconnectCode.badRequest);
        else this.outbox.push(encodeError(decoded.id, decoded.error));
        return;
      case "command":
        this.#handleCommand(decoded.command);
        return;
      default:
        decoded satisfies never;
    }
  }

  #handleCommand(command: Command): void {
    const state = this.#state;
    switch (state.kind) {
      case "awaiting-connect":
        if (command.method !== "connect") return this.close(DisconnectCode.badRequest);
        clearTimeout(state.deadline);
        this.#state = { kind: "connecting", waiting: [] };
        void this.#connect(command);
        return;
      case "connecting":
        if (command.method === "connect" || state.waiting.length >= limits.pendingCommands)
          return this.close(DisconnectCode.badRequest);
        state.waiting.push(command);
        return;
      case "open":
        if (command.method === "connect") return this.close(DisconnectCode.badRequest);
        void this.#answer(command);
        return;
      case "closed":
        return;
      default:
        state satisfies never;
    }
  }

  async #connect(command: Extract<Command, { method: "connect" }>): Promise<void> {
    try {
      await connect(this.#gateway, this, command, (identity) => {
        if (this.#state.kind !== "connecting") return;
        const { waiting } = this.#state;
        this.#state = { kind: "open", identity, expiry: undefined };
        this.expireAt(identity);
        // After the connect reply, which goes out in this turn.
        queueMicrotask(() => waiting.forEach((next) => void this.#answer(next)));
      });
    } catch (error) {
      this.#fail(command.id, error);
      // Without a connection there is nothing to go on with; SDKs connect anew after an error in place of a reply.
      if (this.#state.kind === "connecting") this.#state = { kind: "awaiting-connect", deadline: this.#lastChance() };
    }
  }

  #lastChance(): NodeJS.Timeout {
    return setTimeout(() => this.close(DisconnectCode.stale), limits.connectWithinMs).unref();
  }

  async #answer(command: Command): Promise<void> {
    if (this.#pending >= limits.pendingCommands) {
      this.outbox.push(encodeError(command.id, ErrorCode.tooManyRequests));
      return;
    }
    this.#pending++;
    try {
      await handle(this.#gateway, this, command);
    } catch (error) {
      this.#fail(command.id, error);
    } finally {
      this.#pending--;
    }
  }

  /** The one place that turns any failure into words for the client. */
  #fail(id: number, error: unknown): void {
    if (this.#state.kind === "closed") return;
    if (error instanceof Disconnect) this.close(error.close);
    else if (error instanceof ReplyError) this.outbox.push(encodeError(id, error.error));
    else {
      this.#gateway.logger.error({ error, session: this.id }, "command failed");
      this.outbox.push(encodeError(id, ErrorCode.internal));
    }
  }
}
