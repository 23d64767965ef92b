// A WebSocket with nothing in between: what is sent and what comes back, line by line.
import { WebSocket } from "ws";

export interface RawSocket extends Disposable {
  readonly socket: WebSocket;
  send(...commands: (object | string)[]): void;
  /** The next message; pings and counters, which come when they like, are left out. */
  next(): Promise<Message>;
  /** How the connection ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
export type Message = any;

const withinMs = 8_000;

export async function rawSocket(
  url: string,
  { connect = true, pings = false }: { connect?: object | boolean; pings?: boolean } = {},
): Promise<RawSocket> {
  const socket = new WebSocket(url);
  const messages: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on("message", (data) => {
    for (const line of data.toString().split("\n")) {
      if (line === "{}" && !pings) socket.send("{}");
      else {
        const message = JSON.parse(line);
        if (message.push?.pub?.tags?.type === "counters") continue;
        const next = waiting.shift();
        if (next === undefined) messages.push(message);
        else next(message);
      }
    }
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const raw: RawSocket = {
    socket,
    closed,
    // Several commands travel in one frame.
    send: (...commands) =>
      socket.send(commands.map((command) => (typeof command === "string" ? command : JSON.stringify(command))).join("\n")),
    next: () =>
      messages.length > 0
        ? Promise.resolve(messages.shift())
        : new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error("no message came")), withinMs);
            waiting.push((message) => {
              clearTimeout(timer);
              resolve(message);
            });
          }),
    [Symbol.dispose]: () => socket.terminate(),
  };
  if (connect !== false) {
    raw.send({ id: 1, connect: connect === true ? {} : connect });
    await raw.next();
  }
  return raw;
}
