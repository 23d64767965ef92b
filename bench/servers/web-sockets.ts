/** A server of `ws` with rooms: `/?room=3` watches room 3. How a comment reaches those who watch is the caller's. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Comment } from "../src/comment.ts";
import { Rooms, serve } from "./serve.ts";

export function serveWebSockets(
  publish: (viewers: ReadonlySet<WebSocket>, comment: Comment, room: number) => void,
): Rooms<WebSocket> {
  const rooms = new Rooms<WebSocket>();
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });
  server.on("connection", (socket, request) => {
    const room = Number(new URL(request.url ?? "/", "http://host").searchParams.get("room"));
    rooms.join(room, socket);
    socket.on("error", () => {});
    socket.on("close", () => rooms.leave(room, socket));
  });
  http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () =>
    serve((http.address() as AddressInfo).port, (comment, room) => publish(rooms.of(room), comment, room)),
  );
  return rooms;
}
