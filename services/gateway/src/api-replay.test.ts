import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { decodeJson, encodeReplayReply, ReplayQuery, type ReplayReply } from "@madang/contracts";
import { createLogger } from "@madang/runtime";
import express from "express";
import { describe, expect, test } from "vitest";
import { replayHandler } from "./api-replay.ts";
import { replay } from "./replay.ts";
import { Traffic } from "./traffic.ts";

process.env.MADANG_LOG_LEVEL = "fatal";

describe("a replay over HTTP", () => {
  test("[A17] brings all pages of its window, one entry a line", async () => {
    await using site = await serve(pagesOf(3));
    const { status, headers, text } = await site.get("live:a/replay?from=5&to=90");
    expect([status, headers["content-type"]]).toEqual([200, "application/x-ndjson"]);
    expect(text).toBe('{"at":0}\n{"at":1}\n{"at":2}\n');
    expect(site.asked).toMatchObject([
      { room: "live:a", from: 5, to: 90 },
      { from: 5, to: 90, after: { offset: 0, second: 0 } },
      { from: 5, to: 90, after: { offset: 1, second: 0 } },
    ]);
  });

  test("[A16] [A17] refuses what is no window, and says when the past cannot be read", async () => {
    await using site = await serve(() => ({ ok: false, reason: "unavailable" }));
    for (const bad of ["a b/replay", "a/replay?from=x", "a/replay?to=-1", "a/replay?from=1&from=2", "a/replay?to="])
      expect((await site.get(bad)).status, bad).toBe(400);
    const { status, headers, text } = await site.get("a/replay");
    expect([status, JSON.parse(text).error]).toMatchObject([503, { code: 1003, temporary: true }]);
    expect(headers["retry-after"]).toBe("1");
  });

  test("[A17] breaks off, and does not end, where no more can be read", async () => {
    await using site = await serve((query) =>
      query.after === undefined ? pagesOf(9)(query) : { ok: false, reason: "unavailable" },
    );
    await expect(site.get("a/replay")).rejects.toThrow();
  });

  test("[A17] asks for no page that nobody reads", async () => {
    const large = Buffer.from(JSON.stringify({ at: 1, text: "x".repeat(200_000) }));
    await using site = await serve((query) => ({
      ok: true,
      entries: [large],
      next: { offset: (query.after?.offset ?? 0) + 1, second: 0 },
    }));
    const response = await site.open("a/replay");
    await expect.poll(() => stands(() => site.asked.length)).toBe(true);
    expect(site.asked.length).toBeLessThan(100);
    response.destroy();
    await expect.poll(() => stands(() => site.asked.length)).toBe(true);
  });
});

describe("rpc replay", () => {
  test("[H8] brings one page and where to go on", async () => {
    const bus = busOf(pagesOf(2));
    expect(await replay({ bus }, { channel: "live:a", from: 3 })).toEqual({
      entries: [{ at: 0 }],
      next: { offset: 0, second: 0 },
    });
    expect(await replay({ bus }, { channel: "live:a", from: 3, after: { offset: 0, second: 0 } })).toEqual({
      entries: [{ at: 1 }],
    });
    await expect(replay({ bus }, { channel: "no room" })).rejects.toMatchObject({ reply: { code: 107 } });
    const silent = { request: () => Promise.reject(new Error("silence")) };
    await expect(replay({ bus: silent }, { channel: "a" })).rejects.toMatchObject({ name: "HistoryUnavailable" });
  });
});

/** So many pages of one entry each. */
const pagesOf =
  (count: number) =>
  ({ after }: ReplayQuery): ReplayReply => {
    const at = (after?.offset ?? -1) + 1;
    return {
      ok: true,
      entries: [Buffer.from(JSON.stringify({ at }))],
      next: at + 1 < count ? { offset: at, second: 0 } : undefined,
    };
  };

const busOf = (answer: (query: ReplayQuery) => ReplayReply) => ({
  request: async (_: string, data: Uint8Array) => encodeReplayReply(answer(decodeJson(ReplayQuery, data))),
});

async function stands(count: () => number): Promise<boolean> {
  const before = count();
  await pause(100);
  return count() === before;
}

async function serve(answer: (query: ReplayQuery) => ReplayReply) {
  const asked: ReplayQuery[] = [];
  const bus = busOf((query) => {
    asked.push(query);
    return answer(query);
  });
  const app = express().get(
    "/api/rooms/:room/replay",
    replayHandler({ bus, logger: createLogger("test"), traffic: new Traffic() }),
  );
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const open = async (path: string): Promise<IncomingMessage> => {
    const { port } = server.address() as AddressInfo;
    const [response] = await once(get(`http://127.0.0.1:${port}/api/rooms/${encodeURI(path)}`), "response");
    return response;
  };
  return {
    asked,
    open,
    get: async (path: string) => {
      const response = await open(path);
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      return { status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() };
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
