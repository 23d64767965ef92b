/** The frame is made once, and its bytes are written to the socket under each WebSocket. With a window, one frame holds all that came in it. */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { serverFrame } from "../src/frames.ts";
import { serveWebSockets } from "./web-sockets.ts";

const windowMs = Number(process.argv[2] ?? 0);
const pending = new Map<number, string[]>();

const rooms = serveWebSockets((viewers, comment, room) => {
  const text = JSON.stringify(comment);
  if (windowMs === 0) return write(viewers, text);
  const texts = pending.get(room);
  if (texts !== undefined) return void texts.push(text);
  const first = [text];
  pending.set(room, first);
  setTimeout(() => {
    pending.delete(room);
    write(rooms.of(room), first.join("\n"));
  }, windowMs);
});

function write(viewers: ReadonlySet<WebSocket>, text: string): void {
  const frame = serverFrame(text);
  // Private to `ws`, which offers nothing for this.
  for (const viewer of viewers) (viewer as unknown as { _socket: Socket })._socket.write(frame);
}
