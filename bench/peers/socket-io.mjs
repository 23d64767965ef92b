// Socket.IO as its documentation sets it up; with `--redis URL`, through the Redis Streams adapter and with connection state recovery.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";
import { serve } from "../servers/serve.ts";

const redisUrl = process.argv[process.argv.indexOf("--redis") + 1];
const options = { transports: ["websocket"], serveClient: false };
if (process.argv.includes("--redis")) {
  const client = createClient({ url: redisUrl });
  await client.connect();
  options.adapter = createAdapter(client);
  options.connectionStateRecovery = {};
}
const http = createServer();
const io = new Server(http, options);
io.on("connection", (socket) => void socket.join(socket.handshake.query.room));
http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () =>
  serve(http.address().port, (comment, room) => void io.to(String(room)).emit("comment", comment)),
);
