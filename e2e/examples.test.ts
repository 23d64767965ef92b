// Each example as somebody runs it: a process of its own beside a whole Madang, with its own user of NATS, which may only read.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cuttable, eventually } from "@madang/devkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NatsUser, type NatsWithUsers, natsWithUsers } from "./support/nats-with-users.ts";
import { type Folder, type Running, run, type Site, secrets, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { viewer } from "./support/viewer.ts";

describe("the examples", () => {
  let nats: NatsWithUsers;
  let folder: Folder;
  let madang: Site;

  beforeAll(async () => {
    folder = temporaryFolder();
    nats = await natsWithUsers();
    madang = await startAllInOne(folder.path, { NATS_URL: nats.urlOf("operator") });
  });
  afterAll(async () => {
    await madang?.stop();
    await nats?.[Symbol.asyncDispose]();
    folder?.[Symbol.dispose]();
  });

  const start = async (file: string, user: NatsUser, environment: Record<string, string> = {}): Promise<Running> => {
    const example = run(`examples/${file}`, { NATS_URL: nats.urlOf(user), ...environment });
    await eventually(() => expect(example.output()).toContain("listening"), { withinMs: 15_000 });
    return example;
  };

  const api = async (path: string, body: object, method = "POST") => {
    const headers = { "x-api-key": secrets.MADANG_API_KEY };
    const response = await fetch(`http://${madang.authority}/api/${path}`, { method, headers, body: JSON.stringify(body) });
    return (await response.json()) as { result?: { offset: number }; error?: unknown };
  };

  test("1: the bot answers each command once, also one that comes again since the bot was killed before it was done", async () => {
    const room = "live:bot";
    await api(`rooms/${room}`, { state: "open" }, "PUT");
    using kim = await viewer(madang.socketUrl, room, { user: "kim" });
    const answers = () => kim.seen.filter(({ data }) => data.to !== undefined);
    const commands = () => kim.seen.filter(({ data }) => data.text === "!uptime");
    // A road to the server API that answers only after the bot was killed: the room has its answer, and the bot does not know.
    const killed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const road = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = "GET", url = "" } = request;
      const passed = await fetch(`http://${madang.authority}${url}`, {
        method,
        headers: { "x-api-key": String(request.headers["x-api-key"]) },
        ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }),
      });
      const text = await passed.text();
      if (url.endsWith("/publish")) {
        asked.resolve();
        await killed.promise;
      }
      response.writeHead(passed.status).end(text);
    }).listen(0, "127.0.0.1");
    try {
      await once(road, "listening");
      const { port } = road.address() as AddressInfo;
      const settings = { MADANG_API_KEY: secrets.MADANG_API_KEY, MADANG_API_URL: `http://127.0.0.1:${port}/api` };
      await using first = await start("1-bot.ts", "bot", settings);
      await kim.subscription.publish({ text: "hello" });
      await kim.subscription.publish({ text: "!uptime" });
      await asked.promise;
      await first.kill();
      killed.resolve();
      await using _second = await start("1-bot.ts", "bot", settings);
      await kim.subscription.publish({ text: "!uptime" });
      // Behind both commands the bot has been through everything once it answers this one.
      await kim.subscription.publish({ text: "!uptime" });
      await eventually(
        () => {
          expect(commands().length).toBe(3);
          expect(answers().map(({ tags }) => tags.id)).toEqual(commands().map(({ offset }) => `uptime-${offset}`));
        },
        { withinMs: 10_000 },
      );
      for (const { data } of answers()) expect(data).toEqual({ text: "Open for 0 min.", to: "kim" });
    } finally {
      road.closeAllConnections();
      road.close();
    }
  });

  test("2: the push sender tells of each mention with its key, again until it is taken, and of nothing that viewers do not see", async () => {
    const room = "live:mentions";
    const calls: { key: unknown; body: { text: string; mentions: string[]; author: string } }[] = [];
    const service = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      calls.push({ key: request.headers["idempotency-key"], body: JSON.parse(Buffer.concat(chunks).toString()) });
      // Away at first.
      response.writeHead(calls.length === 1 ? 503 : 204).end();
    }).listen(0, "127.0.0.1");
    try {
      await once(service, "listening");
      const { port } = service.address() as AddressInfo;
      await using _sender = await start("2-mentions.ts", "webhook", { WEBHOOK_URL: `http://127.0.0.1:${port}/` });
      using kim = await viewer(madang.socketUrl, room, { user: "kim" });
      using park = await viewer(madang.socketUrl, room, { user: "park" });
      await api(`rooms/${room}/actions`, { id: "s", type: "shadow", user: "park" });
      await kim.subscription.publish({ text: "nobody in it" });
      await kim.subscription.publish({ text: "lee?", mentions: ["lee"] });
      await park.subscription.publish({ text: "shadowed", mentions: ["lee"] });
      await kim.subscription.publish({ text: "both", mentions: ["lee", "choi"] });
      await eventually(() => expect(calls.length).toBe(3));
      const [offline, first, second] = calls;
      expect(offline).toEqual(first);
      expect(first).toMatchObject({ key: `${room}/3`, body: { text: "lee?", mentions: ["lee"], author: "kim" } });
      expect(second).toMatchObject({ key: `${room}/5`, body: { text: "both", mentions: ["lee", "choi"] } });
    } finally {
      service.closeAllConnections();
      service.close();
    }
  });

  test("3: the counts are exact, although the counter is killed while comments come", async () => {
    const rooms = ["live:count-a", "live:count-b", "live:count-c"];
    const file = join(folder.path, "analytics.sqlite");
    const said = async (count: number) => {
      for (let n = 0; n < count; n += 20)
        await Promise.all(
          Array.from({ length: 20 }, (_, i) => api("broadcast", { channels: rooms, data: { text: `no ${n + i}` } })),
        );
    };
    const counted = () => {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        const rows = database
          .prepare("SELECT room, sum(count) AS count FROM comments WHERE room LIKE 'live:count-%' GROUP BY room")
          .all();
        return Object.fromEntries(rows.map(({ room, count }) => [room, count]));
      } finally {
        database.close();
      }
    };
    const url = new URL(nats.urlOf("analytics"));
    await using road = await cuttable(Number(url.port));
    url.port = String(road.port);
    const counter = await start("3-comments-per-minute.ts", "analytics", { ANALYTICS_FILE: file, NATS_URL: url.href });
    // What it says travels for so long: it is killed when it has counted, and the log has not heard of it.
    road.delay(500);
    const saying = said(240);
    const any = () => rooms.map((room) => Number(counted()[room] ?? 0)).reduce((sum, count) => sum + count, 0);
    await eventually(() => expect(any()).toBeGreaterThan(0), { everyMs: 5, withinMs: 10_000 });
    await counter.kill();
    await saying;
    expect(any()).toBeLessThan(240);
    await using _again = await start("3-comments-per-minute.ts", "analytics", { ANALYTICS_FILE: file });
    await eventually(() => expect(counted()).toEqual(Object.fromEntries(rooms.map((room) => [room, 240]))), { withinMs: 15_000 });
  });

  test("none of them tried what its user may not", () => {
    expect(nats.violations()).toEqual([]);
  });
});
