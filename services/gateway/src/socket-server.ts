/** Accepts WebSockets at `/connection/websocket` and makes each a session. */
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { type ClientId, DisconnectCode, limits, type RoomId, UnsubscribeCode, type UserId } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { innerSocket } from "./frame-writer.ts";
import type { Gateway } from "./gateway.ts";
import { commandHandlers } from "./handlers.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Admission, type Refused } from "./limits/admission.ts";
import { Allowance, type AllowanceTerms } from "./limits/allowance.ts";
import { ClientAddresses } from "./limits/client-address.ts";
import { type DoorLimits, noLimits } from "./limits/door-limits.ts";
import { OpenMessages } from "./limits/open-messages.ts";
import { Quotas } from "./limits/quotas.ts";
import { RefusedNews } from "./limits/refused-news.ts";
import { UserSeats } from "./limits/user-seats.ts";
import { type CommandHandlers, Session } from "./session.ts";
import { inSlices } from "./slices.ts";
import { Origins } from "./trust/origins.ts";
import type { IsRevoked } from "./trust/revocations.ts";

const path = "/connection/websocket";

export interface Doors {
  readonly limits: DoorLimits;
  /** Proxies whose word is taken for whom they let in. */
  readonly addresses: ClientAddresses;
  readonly origins: Origins;
}

const openDoors: Doors = {
  limits: noLimits,
  addresses: new ClientAddresses(),
  origins: new Origins({ allowed: ["*"], loopback: false }),
};

export class SocketServer {
  readonly #sessions = new Set<Session>();
  readonly #gateway: Gateway;
  readonly #handlers: CommandHandlers;
  readonly #sockets: WebSocketServer;
  readonly #heartbeat: Heartbeat;
  readonly #seats: UserSeats;
  readonly #terms: AllowanceTerms;
  readonly #openMessages: OpenMessages<Session>;
  readonly #refused: RefusedNews;
  #accepting = true;
  #proxyTold = false;

  /** @param doors without: everybody is let in */
  constructor(gateway: Gateway, server: Server, doors: Doors = openDoors) {
    this.#gateway = gateway;
    this.#seats = new UserSeats(doors.limits.connectionsPerUser);
    this.#terms = {
      limits: doors.limits.socket,
      addresses: new Quotas({ quota: doors.limits.commandsPerIp, most: limits.addressesRemembered }),
      now: () => performance.now(),
    };
    this.#openMessages = new OpenMessages({
      withinMs: limits.messageWithinMs,
      onOverdue: (session) => session.close(DisconnectCode.halfMessage),
    });
    this.#refused = new RefusedNews(gateway.logger);
    const admission = new Admission({ limits: doors.limits });
    this.#handlers = commandHandlers(gateway);
    this.#heartbeat = new Heartbeat({ intervalMs: gateway.pingIntervalMs });
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.frameBytes,
      maxFragments: limits.fragments,
      // By the session, which closes a flood of pings with a code; ws would cut it without a word.
      autoPong: false,
      perMessageDeflate: false,
    });
    server.on("upgrade", (request, socket, head) => {
      // Node has let go of this socket: without a listener, its peer's reset would end the process.
      socket.on("error", () => socket.destroy());
      const url = request.url?.split("?")[0];
      if (url !== path) return refuse(socket, "404 Not Found");
      // A new socket could only be disappointed here; a balancer or the client itself finds another gateway.
      if (!this.#accepting || !gateway.good()) {
        gateway.traffic.countTurnedAway("unready");
        return refuse(socket, "503 Service Unavailable");
      }
      const { origin, host } = request.headers;
      if (!doors.origins.allow({ origin, host })) {
        gateway.traffic.countTurnedAway("origin");
        return refuse(socket, "403 Forbidden");
      }
      const forwardedFor = request.headers["x-forwarded-for"];
      const arrival = { peer: request.socket.remoteAddress, forwardedFor: forwardedFor?.toString() };
      const address = doors.addresses.of(arrival);
      if (doors.addresses.passesOver(arrival)) this.#tellOfProxy(arrival.peer);
      const place = admission.admit(address);
      if (typeof place === "string") {
        gateway.traffic.countTurnedAway(place);
        this.#refused.add(place);
        return refuse(socket, answers[place]);
      }
      // Whatever becomes of the upgrade, the place is free when the socket is gone.
      socket.on("close", place);
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, address));
    });
  }

  /** Once: anybody can send the header, and one line says it. */
  #tellOfProxy(peer: string | undefined): void {
    if (this.#proxyTold) return;
    this.#proxyTold = true;
    this.#gateway.logger.warn(
      { peer },
      "X-Forwarded-For is not read: if this peer is a proxy of yours, name it in MADANG_TRUSTED_PROXIES, or limits for each address count it alone",
    );
  }

  /** Of those who have connected: a socket alone is nobody yet. */
  counts(): { num_clients: number; num_users: number } {
    const users = [...this.#sessions].flatMap(({ identity }) => identity?.user ?? []);
    return { num_clients: users.length, num_users: new Set(users).size };
  }

  /** Sockets, whether anybody has connected on them or not. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Closes a user's connections, or one of them, for good. */
  disconnect(user: UserId, client?: ClientId): void {
    for (const session of this.#of(user)) if (client === undefined || session.id === client) session.close(DisconnectCode.forced);
  }

  unsubscribe(user: UserId, room: RoomId): void {
    for (const session of this.#of(user)) session.endSubscription(room, UnsubscribeCode.banned);
  }

  /** Closes who came with a revoked token, and ends what was subscribed to with one. */
  endRevoked(isRevoked: IsRevoked): void {
    for (const session of this.#sessions) session.endRevoked(isRevoked);
  }

  /**
   * Takes no new socket. Those that are here go on for `waitMs`, while balancers learn that this gateway is not ready, and are then closed
   * over `overMs`, each once its commands are answered. With nobody here it resolves at once.
   */
  async drain({ waitMs, overMs }: { waitMs: number; overMs: number }): Promise<void> {
    this.#accepting = false;
    await this.#empty(waitMs);
    const finished: Promise<void>[] = [];
    await inSlices([...this.#sessions], { overMs }, (session) => finished.push(session.finish(DisconnectCode.shutdown)));
    await Promise.all(finished);
    await this.#empty(limits.goodbyeMs);
  }

  /** In slices, so that they do not return at once; those not closed yet when the signal aborts stay. */
  closeAll(code: DisconnectCode, { overMs, signal }: { overMs: number; signal: AbortSignal }): Promise<void> {
    return inSlices([...this.#sessions], { overMs, signal }, (session) => session.close(code));
  }

  close(): void {
    this.#heartbeat.close();
    this.#openMessages.close();
    this.#refused.close();
    for (const session of this.#sessions) session.close(DisconnectCode.shutdown);
    this.#sockets.close();
  }

  /** Resolves once nobody is here, and after `withinMs` in any case. */
  async #empty(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.#sessions.size > 0 && performance.now() < deadline) await pause(20);
  }

  #of(user: UserId): Session[] {
    return [...this.#sessions].filter(({ identity }) => identity?.user === user);
  }

  #accept(socket: WebSocket, address: string | undefined): void {
    const { logger, now, sockets, traffic } = this.#gateway;
    const allowance = new Allowance(this.#terms, address);
    const session = new Session({
      socket,
      handlers: this.#handlers,
      logger,
      now,
      traffic,
      table: sockets,
      allowance,
      address,
      seats: this.#seats,
    });
    traffic.opened++;
    const stopPinging = this.#heartbeat.add(session);
    this.#sessions.add(session);
    socket.on("message", (data: RawData, isBinary: boolean) => {
      traffic.framesReceived++;
      // One buffer, as `ws` gives them unless told otherwise.
      traffic.bytesReceived += (data as Buffer).length;
      // The protobuf form of the protocol is not spoken here.
      if (isBinary) session.close(DisconnectCode.badRequest);
      // Most of what idle sockets say, ten thousand of them four hundred times a second.
      else if (isPong(data)) session.handlePong();
      else session.handleFrame(data.toString(), data instanceof Buffer ? data.length : undefined);
    });
    socket.on("ping", (data) => session.handlePing(data));
    socket.on("pong", () => session.handleControl());
    const forgetMessage = this.#openMessages.follow(session, innerSocket(socket));
    // ws closes by itself after a violation of its own protocol: 1007 for broken UTF-8, 1009 for a frame too large.
    socket.on("error", (error) => logger.debug({ error, session: session.id }, "socket error"));
    socket.on("close", () => {
      stopPinging();
      forgetMessage();
      this.#sessions.delete(session);
      session.handleClosed();
    });
  }
}

/** An empty reply alone in its frame. */
function isPong(data: RawData): boolean {
  return data instanceof Buffer && data.length === 2 && data[0] === 0x7b && data[1] === 0x7d;
}

const tooMany = "429 Too Many Requests\r\nRetry-After: 5";
const full = "503 Service Unavailable\r\nRetry-After: 5";
/** Of one address there are too many, or of all. */
const answers: Record<Refused, string> = { "address-full": tooMany, "address-rate": tooMany, full, rate: full };

/** Nobody else ends this socket: who reads the answer and stays would keep it, uncounted. */
function refuse(socket: Duplex, status: string): void {
  socket.once("finish", () => socket.destroy());
  setTimeout(() => socket.destroy(), limits.closeHandshakeMs).unref();
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
