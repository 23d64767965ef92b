import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bus } from "@madang/bus";
import { type EventEntry, encodeBatch, RoomId, roomKey, subjects } from "@madang/contracts";
import { eventually, lineAt, type TestNats, testNats } from "@madang/devkit";
import { JetStreamRecordStore, openLog } from "@madang/log";
import { RoomState } from "@madang/room-state";
import { createLogger } from "@madang/runtime";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { Blocks } from "./blocks.ts";
import { gatewayConfig } from "./config.ts";
import { startGateway } from "./service.ts";

const room = RoomId.parse("live:served");
const secret = "a-secret-for-tests-only";

const start = (nats: TestNats, settings: Record<string, string> = {}) =>
  startGateway(
    gatewayConfig({
      ...settings,
      NATS_URL: nats.url,
      MADANG_TOKEN_SECRET: secret,
      MADANG_API_KEY: secret,
      MADANG_HTTP_PORT: "0",
      MADANG_LOG_MAX_BYTES: String(64 * 1024 * 1024),
    }),
  );

/** What a room's owner does, without one: batches in the log, and a card in its bucket. */
async function owner(nats: TestNats) {
  const bus = await Bus.connect({ url: nats.url, name: "owner", onHandlerError: () => {} });
  const { epoch, cards, blocks } = await openLog(bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const records = await JetStreamRecordStore.open(bus.connection);
  const state = new RoomState();
  let batches = 0;
  return {
    bus,
    /** What another gateway does when its user asks for it. */
    blocks: new Blocks({ bus, bucket: blocks, logger: createLogger("test", "silent") }),
    commit: async (...entries: EventEntry[]) => {
      for (const { line } of entries) state.apply(JSON.parse(Buffer.from(line).toString()));
      const last = (await records.last(room))?.sequence ?? 0;
      const body = encodeBatch({ epoch, head: state.offset, time: 0, entries });
      await records.append(room, { generation: 1, batchId: String(++batches), body }, last);
    },
    putCard: () => cards.put(roomKey(room), Buffer.from(JSON.stringify(state.toStored()))),
  };
}

/** A socket of a user, and what it was told of the room. */
async function socket(port: number, user: string, claims: object = {}) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/connection/websocket`);
  const told: string[] = [];
  const replies: { id: number; error?: { code: number } }[] = [];
  ws.on("message", (data) => {
    for (const line of data.toString().split("\n")) {
      const { id, push, ...rest } = JSON.parse(line);
      if (id !== undefined) replies.push({ id, ...rest });
      if (push?.pub) told.push(push.pub.offset === undefined ? push.pub.tags.type : `${push.pub.tags.type} ${push.pub.offset}`);
      if (push?.unsubscribe) told.push(`unsubscribed ${push.unsubscribe.code}`);
    }
  });
  await once(ws, "open");
  const token = await new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256" }).setSubject(user).sign(Buffer.from(secret));
  let id = 0;
  const ask = async (command: object) => {
    const mine = ++id;
    ws.send(JSON.stringify({ id: mine, ...command }));
    return eventually(() => {
      const reply = replies.find((one) => one.id === mine);
      if (reply === undefined) throw new Error("no reply yet");
      return reply;
    });
  };
  await ask({ connect: { token } });
  return { told, subscribe: () => ask({ subscribe: { channel: room } }), close: () => ws.close() };
}

test("[V1] [V2] [V3] [V5] [V7] two gateways serve a live room: lanes, skips, counters and bans, also one that comes later", async () => {
  await using nats = await testNats();
  const { bus, commit, putCard } = await owner(nats);
  const [here, there] = await Promise.all([start(nats), start(nats)]);
  const kim = await socket(here.port, "kim");
  const [lee, mod] = [await socket(there.port, "lee"), await socket(there.port, "mod", { role: "moderator" })];
  for (const one of [kim, lee, mod]) expect((await one.subscribe()).error).toBeUndefined();
  const skipped = (offset: number, author: string) => lineAt(offset, { lane: "skipped", author });
  await commit(lineAt(1, { author: "kim" }), skipped(2, "kim"), skipped(3, "choi"), lineAt(4, { lane: "shadow", author: "lee" }));
  await eventually(() => expect(kim.told).toEqual(["posted 1", "posted 2", "skip 3"]));
  await eventually(() => expect(lee.told).toEqual(["posted 1", "posted 4", "skip 4"]));
  await eventually(() => expect(mod.told).toEqual(["posted 1", "posted 2", "posted 3", "posted 4"]));
  const counters = { state: "open", viewers: 3, users: 3, peak: 3, comments: 4, hearts: {}, supporters: [], sampled: true };
  const signal = { v: 1, type: "counters", counters: { ...counters, shards: 1, gifts: { count: 0, amounts: {} } } };
  bus.publish(subjects.signal(room), Buffer.from(JSON.stringify(signal)));
  await eventually(() => expect([kim.told.at(-1), lee.told.at(-1)]).toEqual(["counters", "counters"]));
  await commit(lineAt(5, { type: "moderated", lane: "moderators", data: { action: "ban", user: "lee" } }));
  await putCard();
  await eventually(() => expect(lee.told.at(-1)).toBe("unsubscribed 2000"));
  expect((await lee.subscribe()).error).toMatchObject({ code: 1100 });
  // One that watches the room only from now on.
  const late = await start(nats);
  const again = await socket(late.port, "lee");
  expect((await again.subscribe()).error).toMatchObject({ code: 1100 });
  await commit(lineAt(6, { type: "moderated", lane: "moderators", data: { action: "unban", user: "lee" } }));
  await eventually(async () => expect((await again.subscribe()).error).toBeUndefined());
  expect(mod.told.slice(-2)).toEqual(["moderated 5", "moderated 6"]);
  expect(kim.told.filter((one) => one.startsWith("moderated"))).toEqual([]);
  for (const one of [kim, lee, mod, again]) one.close();
  await Promise.all([here, there, late].map((gateway) => gateway.close()));
  await bus.close();
});

test("[V9] whom a user blocks anywhere is silent in their session, and in nobody else's", async () => {
  await using nats = await testNats();
  const { bus, commit, blocks } = await owner(nats);
  const gateway = await start(nats);
  const [kim, lee] = [await socket(gateway.port, "kim"), await socket(gateway.port, "lee")];
  for (const one of [kim, lee]) await one.subscribe();
  await blocks.block("kim", "park");
  let offset = 0;
  // From one of them on, since it takes a moment to be known.
  await eventually(async () => {
    await commit(lineAt(++offset, { author: "park" }), lineAt(++offset, { author: "choi" }));
    await eventually(() => expect(kim.told).toContain(`posted ${offset}`));
    expect(kim.told).not.toContain(`posted ${offset - 1}`);
  });
  await eventually(() => expect(lee.told).toHaveLength(offset));
  await blocks.unblock("kim", "park");
  await eventually(async () => {
    await commit(lineAt(++offset, { author: "park" }), lineAt(++offset, { author: "choi" }));
    await eventually(() => expect(kim.told).toContain(`posted ${offset}`));
    expect(kim.told).toContain(`posted ${offset - 1}`);
  });
  for (const one of [kim, lee]) one.close();
  await gateway.close();
  await bus.close();
});

test("[C5] [C18] [A20] public keys of tokens, origins and keys of the API are as the environment says", async () => {
  await using nats = await testNats();
  const directory = mkdtempSync(join(tmpdir(), "madang-doors-"));
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  writeFileSync(join(directory, "keys.json"), JSON.stringify({ keys: [await exportJWK(publicKey)] }));
  const reading = "a-key-that-only-reads";
  const gateway = await start(nats, {
    MADANG_TOKEN_KEYS: join(directory, "keys.json"),
    MADANG_TOKEN_ISSUER: "https://id.example",
    MADANG_ORIGINS: "https://shop.example",
    MADANG_API_KEYS: `${reading}:read`,
  });
  try {
    const come = async (origin: string) => {
      const ws = new WebSocket(`ws://127.0.0.1:${gateway.port}/connection/websocket`, { origin });
      const refused = once(ws, "unexpected-response").then(([, response]) => response.statusCode);
      ws.on("error", () => {});
      return { ws, status: await Promise.race([once(ws, "open").then(() => 101), refused]) };
    };
    expect((await come("https://evil.example")).status).toBe(403);
    const connect = async (claims: object) => {
      const { ws, status } = await come("https://shop.example");
      expect(status).toBe(101);
      const token = await new SignJWT({ ...claims }).setProtectedHeader({ alg: "ES256" }).setSubject("kim").sign(privateKey);
      const end = Promise.race([once(ws, "message").then(() => "connected"), once(ws, "close").then(([code]) => code)]);
      ws.send(JSON.stringify({ id: 1, connect: { token } }));
      return end.finally(() => ws.terminate());
    };
    expect(await connect({ iss: "https://id.example" })).toBe("connected");
    expect(await connect({ iss: "https://else.example" })).toBe(3500);
    const call = (key: string, method: string) =>
      fetch(`http://127.0.0.1:${gateway.port}/api/${method}`, { method: "POST", headers: { "x-api-key": key }, body: "{}" });
    expect((await call(reading, "publish")).status).toBe(403);
    expect((await call(secret, "publish")).status).toBe(200);
  } finally {
    await gateway.close();
    rmSync(directory, { recursive: true });
  }
});

test("[C5] keys that cannot be read let nothing start, and settings that cannot be meant are named", async () => {
  await using nats = await testNats();
  await expect(start(nats, { MADANG_TOKEN_KEYS: "/no/such/keys.json" })).rejects.toThrow("MADANG_TOKEN_KEYS");
  for (const [name, value] of [
    ["MADANG_TOKEN_KEYS", "http://id.example/keys"],
    ["MADANG_ORIGINS", "shop.example"],
    ["MADANG_API_KEYS", "a-key-that-only-reads"],
  ] as const)
    expect(() => start(nats, { [name]: value })).toThrow(name);
});
