/** A connection that sends comments and hearts to a Centrifuge server and hears that they are taken. It watches no room unless told to. */
import { setTimeout as sleep } from "node:timers/promises";
import type { wire } from "@madang/contracts";
import { WebSocket } from "ws";
import type { Comment } from "../comment.ts";

export interface Sent {
  readonly channel: string;
  readonly comment: Comment;
}

/** `rpc`: Madang's own, with a message id. `publish`: what every server of the protocol knows. */
export type Verb = "rpc" | "publish";

/** What comes to those who watch, as far as a bench looks at it. */
export interface Publication {
  readonly data: { readonly count?: number };
  readonly info?: { readonly user: string };
  /** Signals but `skip` have none. */
  readonly offset?: number;
  readonly tags: { readonly type: string; readonly id?: string };
}

export interface SenderOptions {
  readonly authority: string;
  readonly verb: Verb;
  /** Without it a visitor's. */
  readonly token?: string;
  /** A room that it also watches. */
  readonly watches?: { readonly channel: string; readonly onPublication: (publication: Publication) => void };
}

export class Sender {
  readonly #socket: WebSocket;
  readonly #options: SenderOptions;
  readonly #waiting = new Map<number, (reply: wire.Reply | Error) => void>();
  #commands = 0;
  /** How often a temporary error was answered, and the comment sent again. */
  retries = 0;

  static async connect(options: SenderOptions): Promise<Sender> {
    const { authority, token, watches } = options;
    const socket = new WebSocket(`ws://${authority}/connection/websocket`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const sender = new Sender(socket, options);
    await sender.#ask({ connect: token === undefined ? {} : { token } });
    if (watches !== undefined) await sender.#ask({ subscribe: { channel: watches.channel } });
    return sender;
  }

  private constructor(socket: WebSocket, options: SenderOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on("message", (data) => {
      for (const line of data.toString().split("\n")) {
        if (line === "{}") socket.send("{}");
        else this.#handle(JSON.parse(line));
      }
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      for (const settle of this.#waiting.values()) settle(new Error(`the server closed a sender with ${code}`));
    });
  }

  /** Resolves once the comment is taken, which for Madang is durable, with its place there. @throws Error when it is refused for good */
  async send({ channel, comment }: Sent): Promise<number | undefined> {
    if (this.#options.verb === "publish") {
      await this.#ask({ publish: { channel, data: comment } });
      return undefined;
    }
    const result = await this.#rpc<wire.SendResult>("send", { channel, id: comment.id, data: comment });
    return "offset" in result ? result.offset : undefined;
  }

  /** Resolves once they are counted, with how many were. @throws Error when they are refused for good */
  async hearts(hearts: { channel: string; id: string; count: number }): Promise<number> {
    const result = await this.#rpc<wire.HeartsResult>("hearts", hearts);
    return "counted" in result ? result.counted : Number.NaN;
  }

  close(): void {
    this.#socket.terminate();
  }

  async #rpc<R extends object>(method: string, data: object): Promise<R> {
    const { rpc } = await this.#ask({ rpc: { method, data } });
    const result = rpc?.data as R | wire.Refused;
    if ("refused" in result) throw new Error(`refused: ${(result as wire.Refused).refused.message}`);
    return result;
  }

  /** Again and again after temporary errors, as it is: a repeat counts once. */
  async #ask(command: object): Promise<Exclude<wire.Reply, { error: object }>> {
    for (;;) {
      const reply = await this.#call(command);
      if (!("error" in reply)) return reply;
      if (!reply.error.temporary) throw new Error(`error ${reply.error.code}: ${reply.error.message}`);
      this.retries++;
      await sleep(20);
    }
  }

  #call(command: object): Promise<wire.Reply> {
    const id = ++this.#commands;
    this.#socket.send(JSON.stringify({ id, ...command }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (reply) => (reply instanceof Error ? reject(reply) : resolve(reply)));
    });
  }

  #handle(reply: wire.Reply | { push: { pub?: Publication } }): void {
    if ("push" in reply) {
      if (reply.push.pub !== undefined) this.#options.watches?.onPublication(reply.push.pub);
      return;
    }
    const settle = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    settle?.(reply);
  }
}
