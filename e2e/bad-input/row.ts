// One bad input, and what must come of it.
import { tokenFor } from "../support/viewer.ts";
import { BareSocket, httpOutcome, upgrade } from "./bare-socket.ts";

export interface Target {
  /** host:port of the gateway. */
  readonly authority: string;
  readonly apiKey: string;
}

export interface Row {
  readonly name: string;
  /**
   * `closed 3501`, `cut` (the connection ends without a word), `error 107` (and the connection goes on), `refused 1105`, `ok`; of HTTP the
   * status, and the code of the error if the body has one: `400 107`.
   */
  readonly ends: string;
  /** From the first byte to that end. A machine that is busy with the other rows takes its time; what hangs takes longer. */
  readonly withinMs?: number;
  readonly play: (at: Target) => Promise<string>;
}

export const soonMs = 8_000;

/** A socket that nobody has connected on, and the bytes or texts that it sends. */
export function unconnected(name: string, ends: string, parts: (Buffer | string)[]): Row {
  return {
    name,
    ends,
    play: async ({ authority }) => {
      const socket = await BareSocket.open(authority);
      socket.write(...parts);
      return finish(socket);
    },
  };
}

/** What goes on and on: how it ends, whatever is said before. */
export function flooding(name: string, ends: string, bytes: Buffer): Row {
  return {
    name,
    ends,
    play: async ({ authority }) => {
      const socket = await connectedSocket(authority);
      socket.write(bytes);
      return socket.ended();
    },
  };
}

/** What somebody sends who is connected: an owner of every room, so that no right is what they lack. */
export function connected(name: string, ends: string, parts: (Buffer | string)[] | ((socket: BareSocket) => void)): Row {
  return {
    name,
    ends,
    play: async ({ authority }) => {
      const socket = await connectedSocket(authority);
      if (typeof parts === "function") parts(socket);
      else socket.write(...parts);
      return finish(socket);
    },
  };
}

export const command = (name: string, ends: string, value: object): Row =>
  connected(name, ends, [JSON.stringify({ id: 2, ...value })]);

let users = 0;

export async function connectedSocket(authority: string, claims: object = { role: "owner" }): Promise<BareSocket> {
  const socket = await BareSocket.open(authority);
  socket.write(JSON.stringify({ id: 1, connect: { token: await tokenFor(`bad-${++users}`, { ...claims }) } }));
  const reply = await socket.next();
  if (!reply.startsWith('{"id":1,"connect"')) throw new Error(reply);
  return socket;
}

/** What the next answer says, and whether the connection is good for more. */
async function finish(socket: BareSocket): Promise<string> {
  const line = await socket.next();
  const outcome = read(line);
  if (!line.startsWith("{")) return outcome;
  socket.write(JSON.stringify({ id: 99, ping: {} }));
  const after = await socket.next();
  socket.destroy();
  return after === '{"id":99,"ping":{}}' ? outcome : `${outcome}, then ${after}`;
}

function read(line: string): string {
  if (!line.startsWith("{")) return line;
  const { error, rpc } = JSON.parse(line);
  if (error !== undefined) return `error ${error.code}`;
  return rpc?.data?.refused === undefined ? "ok" : `refused ${rpc.data.refused.code}`;
}

/** Bytes of HTTP as they are. */
export const http = (name: string, ends: string, bytes: string | Buffer): Row => ({
  name,
  ends,
  play: ({ authority }) => httpOutcome(authority, bytes),
});

/** A request for an upgrade that is not as it should be; `ends` is its status. */
export const upgrading = (
  name: string,
  ends: string,
  { path, headers }: { path?: string; headers?: Record<string, string | undefined> },
): Row => http(name, ends, upgrade(path, headers));

/** A call of the server API. */
export function api(
  name: string,
  ends: string,
  call: {
    method?: string;
    path: string;
    body?: string | Buffer | object;
    headers?: Record<string, string>;
    key?: string | undefined;
  },
): Row {
  const { method = "POST", path, body = "", headers = {} } = call;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return {
    name,
    ends,
    play: ({ authority, apiKey }) => {
      const key = "key" in call ? call.key : apiKey;
      const all = { Host: "x", ...(key === undefined ? {} : { "X-API-Key": key }), "Content-Length": bytes.length, ...headers };
      const head = Object.entries(all).map(([field, value]) => `${field}: ${value}`);
      return httpOutcome(
        authority,
        Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`, "latin1"), bytes]),
      );
    },
  };
}
