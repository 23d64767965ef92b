import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { limits, RoomId } from "@madang/contracts";
import { createLogger } from "@madang/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { Reviews } from "./reviews.ts";

const asked = { room: RoomId.parse("live:reviewed"), user: "kim", data: { text: "hello" } };
const servers: Server[] = [];

/** A site's own service, on loopback. */
async function service(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/review`;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const reviews = () => new Reviews(createLogger("test", "silent"));

/** What is made of an answer by a room that lets messages pass then, and by one that does not. */
async function taken(url: string) {
  const it = reviews();
  return Promise.all([true, false].map((failOpen) => it.ask({ url, failOpen }, asked)));
}

describe("a review", () => {
  test.each(["allow", "decline", "hold"] as const)("[G23] %s is what the service says, of what it was shown", async (verdict) => {
    let body = "";
    const url = await service(async (request, response) => {
      for await (const chunk of request) body += chunk;
      response.setHeader("content-type", "application/json").end(JSON.stringify({ verdict, more: 1 }));
    });
    expect(await reviews().ask({ url, failOpen: false }, asked)).toBe(verdict);
    expect(JSON.parse(body)).toEqual(asked);
  });

  const silence: Record<string, RequestListener> = {
    "an error": (_, response) => void response.writeHead(500).end('{"verdict":"hold"}'),
    "another status": (_, response) => void response.writeHead(202).end('{"verdict":"hold"}'),
    "a redirect": (_, response) => void response.writeHead(302, { location: "/elsewhere" }).end(),
    "no JSON": (_, response) => void response.end("allow"),
    "a long answer": (_, response) => void response.end(JSON.stringify({ verdict: "hold", why: "x".repeat(2_000) })),
    "no verdict": (_, response) => void response.end('{"verdict":"maybe"}'),
    "a closed connection": (request) => void request.socket.destroy(),
    "an answer without end": (_, response) => {
      const write = (): void => void (response.destroyed || response.write("x".repeat(65_536), () => setImmediate(write)));
      write();
    },
  };
  test.each(Object.keys(silence))("[G23] %s is no answer: a message passes or not as the room has set", async (what) => {
    expect(await taken(await service(silence[what] as RequestListener))).toEqual(["allow", "decline"]);
  });

  test.each(["before", "within"])("[G23] that takes too long %s its answer has not happened, in time", async (where) => {
    const url = await service((_, response) => {
      if (where === "within") response.write('{"verdict":');
    });
    const start = performance.now();
    expect(await taken(url)).toEqual(["allow", "decline"]);
    expect(performance.now() - start).toBeLessThan(limits.reviewMs * 4);
  });

  test("[G23] of a service that is not there is no answer", async () => {
    expect(await taken("http://127.0.0.1:1/")).toEqual(["allow", "decline"]);
  });

  test("[G23] of so many at a time, of each service; the others are answered at once", async () => {
    let requests = 0;
    const url = await service(() => void requests++);
    const other = await service((_, response) => void response.end('{"verdict":"hold"}'));
    const it = reviews();
    let late = 0;
    const waiting = Array.from({ length: limits.reviewsAtOnce }, () =>
      it.ask({ url, failOpen: true }, asked).then(() => void late++),
    );
    expect(await it.ask({ url, failOpen: false }, asked)).toBe("decline");
    expect(late).toBe(0);
    expect(await it.ask({ url: other, failOpen: false }, asked)).toBe("hold");
    await Promise.all(waiting);
    expect(requests).toBeLessThanOrEqual(limits.reviewsAtOnce);
    const fine = await service((_, response) => void response.end('{"verdict":"allow"}'));
    expect(await it.ask({ url: fine, failOpen: false }, asked)).toBe("allow");
  });

  test("a service that is silent is spoken of once, and again after it has answered", async () => {
    let well = false;
    const url = await service((_, response) => void (well ? response.end('{"verdict":"allow"}') : response.writeHead(500).end()));
    const said: string[] = [];
    const logger = { warn: () => said.push("warn"), debug: () => said.push("debug") };
    const it = new Reviews(logger as never);
    const ask = () => it.ask({ url, failOpen: true }, asked);
    await ask();
    await ask();
    well = true;
    await ask();
    well = false;
    await ask();
    expect(said).toEqual(["warn", "debug", "warn"]);
  });
});
