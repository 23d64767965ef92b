// A client that sends whatever bytes it likes: HTTP and WebSocket with nothing in between that would refuse to.
import { connect, type Socket } from "node:net";

const waitsMs = 20_000;

/** A client's frame. The mask is there, as it must be, and changes nothing. */
export function frame(
  payload: string | Buffer,
  {
    opcode = 1,
    fin = true,
    rsv = 0,
    masked = true,
    length,
  }: { opcode?: number; fin?: boolean; rsv?: number; masked?: boolean; length?: number } = {},
): Buffer {
  const body = Buffer.from(payload);
  const told = length ?? body.length;
  const short = told < 126 ? told : told < 65_536 ? 126 : 127;
  const extended = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
  if (short === 126) extended.writeUInt16BE(told);
  if (short === 127) extended.writeBigUInt64BE(BigInt(told));
  const head = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode, (masked ? 0x80 : 0) | short]);
  return Buffer.concat([head, extended, Buffer.alloc(masked ? 4 : 0), body]);
}

export const upgrade = (path = "/connection/websocket", headers: Record<string, string | undefined> = {}) => {
  const all: Record<string, string | undefined> = {
    Host: "x",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
};

/** How an exchange of HTTP ends: the status and, if there is one, the code of the error in the body. */
export function httpOutcome(authority: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = open(authority);
    let answer = "";
    const impatience = setTimeout(() => socket.destroy(), waitsMs);
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      if (isWhole(answer)) socket.destroy();
    });
    socket.on("close", () => {
      clearTimeout(impatience);
      const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "cut";
      const code = /"code":(\d+)/.exec(answer)?.[1];
      resolve(code === undefined ? status : `${status} ${code}`);
    });
    socket.write(bytes);
  });
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, end))?.[1];
  return length !== undefined && answer.length >= end + 4 + Number(length);
}

function open(authority: string): Socket {
  const [host = "", port = ""] = authority.split(":");
  const socket = connect({ host, port: Number(port) });
  socket.on("error", () => {});
  return socket;
}

/** A WebSocket as bytes. */
export class BareSocket {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);
  #ending: string | undefined;
  readonly #lines: string[] = [];
  #wake = () => {};

  private constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    const end = (how: string) => {
      this.#ending ??= how;
      this.#wake();
    };
    const read = (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      this.#read(end);
    };
    socket.on("data", read);
    socket.on("close", () => end("cut"));
    read(head);
  }

  /** Resolves once the server has agreed. @throws Error with the status that it answered instead */
  static open(authority: string, request = upgrade()): Promise<BareSocket> {
    return new Promise((resolve, reject) => {
      const socket = open(authority);
      let answer = Buffer.alloc(0);
      const onData = (data: Buffer) => {
        answer = Buffer.concat([answer, data]);
        const end = answer.indexOf("\r\n\r\n");
        if (end < 0) return;
        socket.off("data", onData);
        if (answer.toString("latin1", 0, 12) === "HTTP/1.1 101") return resolve(new BareSocket(socket, answer.subarray(end + 4)));
        socket.destroy();
        reject(new Error(answer.toString("latin1", 9, 12)));
      };
      socket.on("data", onData);
      socket.once("close", () => reject(new Error("cut")));
      socket.write(request);
    });
  }

  write(...parts: (Buffer | string)[]): void {
    if (!this.#socket.destroyed)
      this.#socket.write(Buffer.concat(parts.map((part) => (typeof part === "string" ? frame(part) : part))));
  }

  /** The next line that is no ping and no publication, or how it ended: `closed 3501`, or `cut` without a word. */
  async next(): Promise<string> {
    const deadline = performance.now() + waitsMs;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#ending !== undefined) return this.#ending;
      const left = deadline - performance.now();
      if (left <= 0) return "nothing";
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** How it ends, whatever else is said before. */
  async ended(): Promise<string> {
    for (;;) {
      const line = await this.next();
      if (line === this.#ending || line === "nothing") return line;
    }
  }

  /** Reads nothing any more. */
  stopReading(): void {
    this.#socket.pause();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(end: (how: string) => void): void {
    for (;;) {
      const [first = 0, short = 0] = this.#bytes;
      if (this.#bytes.length < 2) return;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#bytes.length < header) return;
      const length = short < 126 ? short : short === 126 ? this.#bytes.readUInt16BE(2) : Number(this.#bytes.readBigUInt64BE(2));
      if (this.#bytes.length < header + length) return;
      const payload = this.#bytes.subarray(header, header + length);
      this.#bytes = this.#bytes.subarray(header + length);
      if ((first & 0x0f) === 8) end(length < 2 ? "closed" : `closed ${payload.readUInt16BE(0)}`);
      if ((first & 0x0f) === 1) {
        for (const line of payload.toString("utf8").split("\n")) {
          if (line === "{}") this.write("{}");
          else if (!line.startsWith('{"push"')) this.#lines.push(line);
        }
        this.#wake();
      }
    }
  }
}
