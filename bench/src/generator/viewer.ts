/** One who watches: a bare socket that joins, answers pings, and hands on what it reads. */
import { connect, type Socket } from "node:net";
import { clientFrame, type FrameSink, Frames, Opcode } from "../frames.ts";
import { type ProtocolName, protocols, upgradeRequest } from "./protocols.ts";

export interface ViewerOptions {
  protocol: ProtocolName;
  authority: string;
  room: number;
  /** Whole messages of one read: with their headers, and how many. From the reply that lets the viewer in on. */
  onMessages: (bytes: Buffer, count: number) => void;
  /** The connection ended though nobody here ended it. */
  onLost: () => void;
  /** Told after each read. True: no more reads until `read()`. */
  pauses?: () => boolean;
  /** Instead of the protocol's own first words. */
  hello?: Buffer;
}

/** Bytes of every socket pass through here, one read at a time. */
const shared = Buffer.allocUnsafe(256 * 1024);

type State = "upgrading" | "joining" | "watching" | "ended";

export class Viewer implements FrameSink {
  readonly #options: ViewerOptions;
  readonly #frames = new Frames(this);
  readonly #socket: Socket;
  readonly #joined = Promise.withResolvers<void>();
  #state: State = "upgrading";

  constructor(options: ViewerOptions) {
    this.#options = options;
    const [host = "", port] = options.authority.split(":");
    this.#socket = connect({
      host,
      port: Number(port),
      onread: { buffer: shared, callback: (length) => this.#handleRead(shared.subarray(0, length)) },
    });
    this.#socket.setNoDelay(true);
    this.#socket.once("connect", () => this.#handleConnected());
    this.#socket.once("error", (error) => this.#handleEnd(error));
    this.#socket.once("close", () => this.#handleEnd(new Error("the server closed a viewer who was joining")));
  }

  /** @throws Error when it was not let in */
  get joined(): Promise<void> {
    return this.#joined.promise;
  }

  /** Reads what has come meanwhile, and goes on. */
  read(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#state = "ended";
    this.#socket.destroy();
  }

  #handleConnected(): void {
    const { protocol, authority, room } = this.#options;
    const { path } = protocols[protocol];
    if (path !== undefined) this.#socket.write(upgradeRequest(authority, path(room)));
    else this.#watch();
  }

  /** False: the socket is paused. */
  #handleRead(bytes: Buffer): boolean {
    if (this.#state === "upgrading") {
      const end = bytes.indexOf("\r\n\r\n");
      // The answer of a server that accepts is shorter than any packet.
      if (end < 0 || !bytes.includes(" 101 ")) {
        this.#handleEnd(new Error(`no WebSocket: ${bytes.toString("latin1", 0, 100)}`));
        return true;
      }
      this.#handleUpgraded();
      this.#frames.handle(bytes.subarray(end + 4));
    } else this.#frames.handle(bytes);
    return !(this.#state === "watching" && this.#options.pauses?.());
  }

  #handleUpgraded(): void {
    const { protocol, room, hello } = this.#options;
    const first = hello ?? protocols[protocol].hello?.(room);
    if (protocol === "websocket") return this.#watch();
    this.#state = "joining";
    if (first !== undefined) this.#socket.write(first);
  }

  messages(bytes: Buffer, count: number): void {
    if (this.#state === "watching") return this.#options.onMessages(bytes, count);
    const answer = protocols[this.#options.protocol].answer(bytes);
    if (answer === "refused") return this.#handleEnd(new Error(`a viewer was answered ${bytes.toString("utf8", 2, 300)}`));
    if (answer === "joined") {
      this.#watch();
      this.#options.onMessages(bytes, 0);
    } else if (answer !== "wait") this.#socket.write(answer);
  }

  control(opcode: number, payload: Buffer): void {
    const { ping } = protocols[this.#options.protocol];
    if (opcode === Opcode.close) this.#handleEnd(new Error("the server closed a viewer"));
    else if (opcode === Opcode.ping) this.#socket.write(clientFrame(payload, Opcode.pong));
    else if (ping !== undefined && payload.toString("latin1") === ping.says) this.#socket.write(ping.answer);
  }

  #watch(): void {
    this.#state = "watching";
    this.#joined.resolve();
  }

  #handleEnd(error: Error): void {
    if (this.#state === "ended") return;
    if (this.#state === "watching") this.#options.onLost();
    else this.#joined.reject(error);
    this.#state = "ended";
    this.#socket.destroy();
  }
}
