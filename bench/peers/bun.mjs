// Bun's own WebSockets and its native publish. Runs on Bun.
import { serve } from "../servers/serve.ts";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    const room = new URL(request.url).searchParams.get("room");
    return server.upgrade(request, { data: { room } }) ? undefined : new Response("a WebSocket, please", { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    open: (socket) => socket.subscribe(socket.data.room),
    message: () => {},
  },
});
serve(server.port, (comment, room) => server.publish(String(room), JSON.stringify(comment)));
