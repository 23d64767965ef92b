/** A connection that sends comments to a Centrifuge server and hears that they are taken. It watches no room. */
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

export class Sender {
  readonly #socket: WebSocket;
  readonly #verb: Verb;
  readonly #waiting = new Map<number, (reply: wire.Reply | Error) => void>();
  #commands = 0;
  /** How often a temporary error was answered, and the comment sent again. */
  retries = 0;

  static async connect(authority: string, verb: Verb): Promise<Sender> {
    const socket = new WebSocket(`ws://${authority}/connection/websocket`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const sender = new Sender(socket, verb);
    await sender.#call({ connect: {} });
    return sender;
  }

  private constructor(socket: WebSocket, verb: Verb) {
    this.#socket = socket;
    this.#verb = verb;
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

  /** Resolves once the comment is taken, which for Madang is durable. @throws Error when it is refused for good */
  async send({ channel, comment }: Sent): Promise<void> {
    const command =
      this.#verb === "publish"
        ? { publish: { channel, data: comment } }
        : { rpc: { method: "send", data: { channel, id: comment.id, data: comment } } };
    for (;;) {
      const reply = await this.#call(command);
      if (!("error" in reply)) {
        const result = reply.rpc?.data as wire.SendResult | undefined;
        if (result !== undefined && "refused" in result) throw new Error(`refused: ${result.refused.message}`);
        return;
      }
      if (!reply.error.temporary) throw new Error(`error ${reply.error.code}: ${reply.error.message}`);
      this.retries++;
      await sleep(20);
    }
  }

  close(): void {
    this.#socket.terminate();
  }

  #call(command: object): Promise<wire.Reply> {
    const id = ++this.#commands;
    this.#socket.send(JSON.stringify({ id, ...command }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (reply) => (reply instanceof Error ? reject(reply) : resolve(reply)));
    });
  }

  #handle(reply: wire.Reply): void {
    const settle = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    settle?.(reply);
  }
}
