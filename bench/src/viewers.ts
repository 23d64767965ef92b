/** Many who watch one room. They count what they get; of one frame in a hundred they look inside. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { clientFrame, Frames, Opcode } from "./frames.ts";
import { Latencies } from "./statistics.ts";

/** Coprime with round numbers of viewers, so that each of them is looked at in turn. */
const sampleEvery = 101;
const joinAtOnce = 50;
const newline = 0x0a;

export class Viewers {
  readonly #sockets: Socket[] = [];
  /** Bytes of every socket pass through here, one read at a time. */
  readonly #shared = Buffer.allocUnsafe(256 * 1024);
  #frames = 0;
  deliveries = 0;
  lastDeliveryAt = 0;
  /** Connections that the server closed. */
  lost = 0;
  /** From when a comment should have been sent until a viewer had it. */
  latencies = new Latencies();

  static async join({ authority, room, count }: { authority: string; room: string; count: number }): Promise<Viewers> {
    const viewers = new Viewers();
    for (let joined = 0; joined < count; joined += joinAtOnce) {
      const some = Math.min(joinAtOnce, count - joined);
      await Promise.all(Array.from({ length: some }, () => viewers.#join(authority, room)));
    }
    return viewers;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(authority: string, room: string): Promise<void> {
    const [host = "", port] = authority.split(":");
    return new Promise((resolve, reject) => {
      let state: "upgrading" | "subscribing" | "watching" = "upgrading";
      const frames = new Frames((opcode, payload) => {
        if (opcode === Opcode.close) this.lost++;
        else if (payload.length === 2) socket.write(clientFrame("{}"));
        else if (state === "watching") this.#count(payload);
        else if (payload.includes('"subscribe":{')) {
          state = "watching";
          resolve();
        } else if (payload.includes('"error":{')) reject(new Error(`a viewer was answered ${payload}`));
      });
      const handle = (length: number) => {
        let bytes = this.#shared.subarray(0, length);
        if (state === "upgrading") {
          // The server says nothing more until it is spoken to, so its answer comes alone.
          if (!bytes.includes("\r\n\r\n")) return true;
          if (!bytes.includes(" 101 ")) reject(new Error(`no WebSocket: ${bytes}`));
          state = "subscribing";
          socket.write(clientFrame(`{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"${room}"}}`));
          bytes = bytes.subarray(length);
        }
        frames.handle(bytes);
        return true;
      };
      const socket = connect({ host, port: Number(port), onread: { buffer: this.#shared, callback: handle } });
      this.#sockets.push(socket);
      socket.setNoDelay(true).once("error", reject);
      socket.once("close", () => reject(new Error("the server closed a viewer who was joining")));
      socket.write(
        `GET /connection/websocket HTTP/1.1\r\nHost: ${authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
      );
    });
  }

  #count(payload: Buffer): void {
    let lines = 1;
    for (let at = payload.indexOf(newline); at >= 0; at = payload.indexOf(newline, at + 1)) lines++;
    this.deliveries += lines;
    this.lastDeliveryAt = performance.now();
    if (this.#frames++ % sampleEvery !== 0) return;
    for (const line of payload.toString().split("\n")) {
      const at: unknown = JSON.parse(line).push?.pub?.data?.at;
      if (typeof at === "number") this.latencies.add(this.lastDeliveryAt - at);
    }
  }
}
