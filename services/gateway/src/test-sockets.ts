/** For tests: sockets of `ws`. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

/** A socket of `ws` on the server's side, and all that its client hears. */
export async function pair() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on("message", (data) => void heard.push(data.toString()));
  const [socket] = (await once(server, "connection")) as [WebSocket];
  await once(client, "open");
  return { server, client, socket, heard };
}
