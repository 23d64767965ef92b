import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { SiteApi } from "./site-api.ts";

describe("what the demo has done by the site", () => {
  test("harms nobody when the gateway refuses, breaks off, says what is no JSON, or is not there", async () => {
    const answers: RequestListener[] = [
      (_, response) => response.end('{"title":"made"}'),
      (_, response) => response.writeHead(503).end('{"error":{}}'),
      (request) => request.socket.destroy(),
      (_, response) => response.end("<html>"),
    ];
    const server = createServer((request, response) => answers.shift()?.(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const site = new SiteApi({ authority: `127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: "key" });
    expect(await site.call("PUT", "rooms/live:demo", {})).toEqual({ status: 200, title: "made" });
    expect(await site.call("GET", "rooms/live:demo")).toMatchObject({ status: 503 });
    for (const _ of [...answers]) expect(await site.call("POST", "rooms/live:demo/gifts", {})).toBeUndefined();
    expect(answers).toEqual([]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await site.call("GET", "rooms/live:demo")).toBeUndefined();
  });
});
