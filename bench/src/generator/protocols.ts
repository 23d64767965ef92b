/** How a viewer joins, in the words of each protocol that a stack speaks. */
import { randomBytes } from "node:crypto";
import { clientFrame } from "../frames.ts";

export type ProtocolName = "raw-tcp" | "websocket" | "socket.io" | "centrifuge";

export interface Protocol {
  /** What is asked of HTTP first; nothing, where there is no HTTP. */
  readonly path: ((room: number) => string) | undefined;
  /** Said as soon as there is a connection. */
  readonly hello?: (room: number) => Buffer;
  /** What is said to a message of the server while joining. `joined`: this viewer watches now. */
  readonly answer: (bytes: Buffer) => Buffer | "joined" | "wait" | "refused";
  /** A message that is a ping, and what is said to it. */
  readonly ping?: { readonly says: string; readonly answer: Buffer };
}

/** Rooms of the generator are numbers; a Madang room is called so. */
export const roomName = (room: number): string => `live:room-${room}`;

export const protocols: { readonly [name in ProtocolName]: Protocol } = {
  "raw-tcp": { path: undefined, answer: () => "wait" },
  websocket: { path: (room) => `/?room=${room}`, answer: () => "wait" },
  "socket.io": {
    path: (room) => `/socket.io/?EIO=4&transport=websocket&room=${room}`,
    answer: (bytes) => {
      if (bytes.includes('40{"sid"')) return "joined";
      return bytes.includes('0{"sid"') ? clientFrame("40") : "wait";
    },
    ping: { says: "2", answer: clientFrame("3") },
  },
  centrifuge: {
    path: () => "/connection/websocket",
    hello: (room) => clientFrame(`{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"${roomName(room)}"}}`),
    answer: (bytes) => {
      if (bytes.includes('"error":{')) return "refused";
      return bytes.includes('"subscribe":{') ? "joined" : "wait";
    },
    ping: { says: "{}", answer: clientFrame("{}") },
  },
};

export function upgradeRequest(authority: string, path: string): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`
  );
}
