// A site whose wire a test looks at, and what such tests have in common.
import { expect } from "vitest";
import { secrets, startAllInOne, temporaryFolder } from "./processes.ts";
import { type Message, type RawSocket, rawSocket } from "./raw-socket.ts";
import { tokenFor } from "./viewer.ts";

export interface Wire extends AsyncDisposable {
  readonly authority: string;
  readonly socketUrl: string;
  /** A connected socket. */
  open(user?: string, claims?: object): Promise<RawSocket>;
  /** A call of the server API. */
  api(method: string, body: unknown, headers?: Record<string, string>): Promise<{ status: number; body: Message }>;
  /** Fills a room with the events 1 … count, and answers its epoch. */
  filled(channel: string, count: number, data?: object): Promise<string>;
  /** A room that no other test uses. */
  newRoom(): string;
}

export async function startWire(): Promise<Wire> {
  const folder = temporaryFolder();
  // A server ping every half second, so that its rules can be seen in seconds.
  const site = await startAllInOne(folder.path, { MADANG_PING_MS: "500" });
  let rooms = 0;
  const api: Wire["api"] = async (method, body, headers = { "x-api-key": secrets.MADANG_API_KEY }) => {
    const response = await fetch(`http://${site.authority}/api/${method}`, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Message };
  };
  return {
    authority: site.authority,
    socketUrl: site.socketUrl,
    api,
    open: async (user = "kim", claims = {}) =>
      rawSocket(site.socketUrl, { connect: { token: await tokenFor(user, { ...claims }) } }),
    filled: async (channel, count, data = { text: "x" }) => {
      for (let i = 1; i <= count; i += 50) {
        await Promise.all(
          Array.from({ length: Math.min(50, count - i + 1) }, (_, k) => api("publish", { channel, data: { ...data, n: i + k } })),
        );
      }
      return (await api("history", { channel })).body.result.epoch;
    },
    newRoom: () => `wire:${++rooms}`,
    [Symbol.asyncDispose]: async () => {
      await site.stop();
      folder[Symbol.dispose]();
    },
  };
}

/** Seconds since 1970, as tokens count. */
export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

export const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
export const time = expect.stringMatching(/^\d{13}$/);
export const epochText = expect.stringMatching(/^[0-9a-f]{8}$/);
