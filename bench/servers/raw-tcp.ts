/** The floor: what it costs Node to write one ready frame to each of many sockets, without WebSocket and without a protocol. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { serverFrame } from "../src/frames.ts";
import { serve } from "./serve.ts";

const sockets = new Set<Socket>();
const server = createServer((socket) => {
  socket.setNoDelay(true);
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () =>
  serve((server.address() as AddressInfo).port, (comment) => {
    const frame = serverFrame(JSON.stringify(comment));
    for (const socket of sockets) socket.write(frame);
  }),
);
