/** A connection that sends comments and hears that they are durable. It watches no room. */
import { setTimeout as sleep } from "node:timers/promises";
import type { wire } from "@madang/contracts";
import { WebSocket } from "ws";

export interface Comment {
  readonly channel: string;
  /** The same comment may be sent again with it. */
  readonly id: string;
  readonly data: { readonly [key: string]: unknown };
}

export class Sender {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: wire.Reply | Error) => void>();
  #commands = 0;
  /** How often a temporary error was answered, and the comment sent again. */
  retries = 0;

  static async connect(authority: string): Promise<Sender> {
    const socket = new WebSocket(`ws://${authority}/connection/websocket`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const sender = new Sender(socket);
    await sender.#call({ connect: {} });
    return sender;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      for (const line of data.toString().split("\n")) {
        if (line === "{}") socket.send("{}");
        else this.#handle(JSON.parse(line));
      }
    });
    socket.on("close", (code) => {
      for (const settle of this.#waiting.values()) settle(new Error(`the server closed a sender with ${code}`));
    });
  }

  /** Resolves once the comment is durable. @throws Error when it is refused for good */
  async send({ channel, id, data }: Comment): Promise<void> {
    for (;;) {
      const reply = await this.#call({ rpc: { method: "send", data: { channel, id, data } } });
      if (!("error" in reply)) {
        const result = reply.rpc?.data as wire.SendResult;
        if ("refused" in result) throw new Error(`refused: ${result.refused.message}`);
        return;
      }
      if (!reply.error.temporary) throw new Error(`error ${reply.error.code}: ${reply.error.message}`);
      this.retries++;
      await sleep(20);
    }
  }

  /** The offset of the room's last event. */
  async head(channel: string): Promise<number> {
    const reply = await this.#call({ history: { channel, limit: 0 } });
    if ("error" in reply || reply.history === undefined) throw new Error("no history");
    return reply.history.offset;
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

export function connectSenders(authority: string, count: number): Promise<Sender[]> {
  return Promise.all(Array.from({ length: count }, () => Sender.connect(authority)));
}

/** As long as an ordinary comment. `at`, on the generator's own clock, lets whoever reads it know how old it is. */
export function commentData(at: number): { text: string; at: number } {
  return { text, at };
}

const text = "A comment of ordinary length, as somebody types it while the song goes on and everyone else is typing too.";
