// Tokens that the site takes back: on two gateways of their own, one of which can be cut off from NATS.
import { cuttable, eventually, testNats } from "@madang/devkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Site, secrets, startService } from "./support/processes.ts";
import { type Message, rawSocket } from "./support/raw-socket.ts";
import { connected, tokenFor } from "./support/viewer.ts";

const small = { MADANG_LOG_MAX_BYTES: String(512 * 1024 * 1024) };
/** So soon it holds, everywhere. */
const withinMs = 2_000;
const channel = "live:revoked";
const nowS = () => Math.floor(Date.now() / 1_000);

let site: Awaited<ReturnType<typeof gateways>>;
beforeAll(async () => {
  site = await gateways();
}, 60_000);
afterAll(() => site[Symbol.asyncDispose]());

async function gateways() {
  const nats = await testNats();
  const road = await cuttable(nats.port);
  const start = () =>
    Promise.all([
      startService("gateway", { NATS_URL: nats.url, ...small }),
      startService("gateway", { NATS_URL: `nats://127.0.0.1:${road.port}`, ...small }),
    ]);
  let all = await start();
  await seeEachOther(all[0]);
  return {
    nats,
    road,
    get all() {
      return all;
    },
    /** Every process dies at once, and all are there again. */
    restart: async () => {
      await Promise.all([nats.kill(), ...all.map((gateway) => gateway.kill())]);
      await nats.restart();
      all = await start();
      await seeEachOther(all[0]);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((gateway) => gateway.kill()));
      await road[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}

const seeEachOther = (gateway: Site) =>
  eventually(async () => expect((await api(gateway, "info", {})).result.nodes.length).toBeGreaterThanOrEqual(2), {
    withinMs: 10_000,
  });

async function api(gateway: Site, method: string, body: object): Promise<Message> {
  const headers = { "X-API-Key": secrets.MADANG_API_KEY };
  const url = `http://${gateway.authority}/api/${method}`;
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

/** As the site's server does: an error that may pass is answered by the same call again. */
const revoke = (gateway: Site, method: "revoke_token" | "invalidate_user_tokens", body: object) =>
  eventually(async () => expect(await api(gateway, method, body)).toEqual({ result: {} }), { withinMs: 15_000 });

/** A socket that has connected with a token, and one that has not said anything yet. */
async function open(gateway: Site, token: string) {
  const socket = await rawSocket(gateway.socketUrl, { connect: false });
  socket.send({ id: 1, connect: { token } });
  expect((await socket.next()).connect).toBeDefined();
  return socket;
}

/** With which code a connect by it ends; 0: it is let in. */
async function closeOfConnect(gateway: Site, token: string): Promise<number> {
  using socket = await rawSocket(gateway.socketUrl, { connect: false });
  socket.send({ id: 1, connect: { token } });
  // Awaited here: the socket is gone when this function is.
  return await Promise.race([socket.closed.then(({ code }) => code), socket.next().then(() => 0)]);
}

test("[C19] [A21] all tokens of a user, and one token of another, are revoked on both gateways within 2 s", async () => {
  const [here, there] = site.all;
  const old = await tokenFor("kim", { iat: nowS() - 60 });
  const silent = await tokenFor("kim");
  const newer = await tokenFor("kim", { iat: nowS() });
  const stolen = await tokenFor("lee", { jti: "stolen", iat: nowS() });
  const kept = await tokenFor("lee", { jti: "kept", iat: nowS() });
  const ended = await Promise.all(site.all.flatMap((gateway) => [old, silent, stolen].map((token) => open(gateway, token))));
  const staying = await Promise.all(site.all.flatMap((gateway) => [newer, kept].map((token) => open(gateway, token))));
  const sdk = await connected(there.socketUrl, { user: "kim", claims: { iat: nowS() - 60 } });
  const left = new Promise<number>((resolve) => sdk.on("disconnected", ({ code }) => resolve(code)));

  const since = performance.now();
  expect(await api(here, "invalidate_user_tokens", { user: "kim", issued_before: nowS() - 30 })).toEqual({ result: {} });
  expect(await api(there, "revoke_token", { uid: "stolen", expire_at: nowS() + 3_600 })).toEqual({ result: {} });
  for (const socket of ended) expect(await socket.closed).toEqual({ code: 3500, reason: "invalid token" });
  // It does not come back by itself.
  expect(await left).toBe(3500);
  expect(performance.now() - since).toBeLessThan(withinMs);

  for (const gateway of site.all) {
    for (const token of [old, silent, stolen]) expect(await closeOfConnect(gateway, token)).toBe(3500);
    for (const token of [newer, kept]) expect(await closeOfConnect(gateway, token)).toBe(0);
  }
  for (const socket of staying) {
    socket.send({ id: 2, ping: {} });
    expect(await socket.next()).toEqual({ id: 2, ping: {} });
  }
  // Who refreshes with one goes as well.
  const [ofKim, ofLee] = staying;
  ofKim?.send({ id: 3, refresh: { token: old } });
  ofLee?.send({ id: 3, refresh: { token: stolen } });
  for (const socket of [ofKim, ofLee]) expect(await socket?.closed).toEqual({ code: 3500, reason: "invalid token" });
}, 60_000);

test("[C19] [S9] a revoked subscription token lets nobody watch, and ends what is watched with it, on both gateways", async () => {
  const [here] = site.all;
  const token = await tokenFor("park", { channel, jti: "watch" });
  const sockets = await Promise.all(
    site.all.map(async (gateway) => open(gateway, await tokenFor("park", { jti: "connection" }))),
  );
  for (const socket of sockets) {
    socket.send({ id: 2, subscribe: { channel, token } });
    expect((await socket.next()).subscribe).toBeDefined();
  }
  await revoke(here, "revoke_token", { uid: "watch" });
  for (const socket of sockets) {
    expect(await socket.next()).toEqual({ push: { channel, unsubscribe: { code: 2001, reason: "invalid token" } } });
    socket.send({ id: 3, subscribe: { channel, token } });
    expect(await socket.next()).toEqual({ id: 3, error: { code: 103, message: "permission denied" } });
    socket.send({ id: 4, subscribe: { channel, token: await tokenFor("park", { channel, jti: "another" }) } });
    expect((await socket.next()).subscribe).toBeDefined();
  }
}, 60_000);

test("[C19] [A21] a gateway that was cut off from NATS knows it when it is back, and all know it after every process died", async () => {
  const [here, there] = site.all;
  const token = await tokenFor("park", { jti: "while away" });
  const socket = await open(there, token);
  site.road.cut();
  // Whether it still counts as there, and is waited for, or not: it is stored.
  await api(here, "revoke_token", { uid: "while away" });
  expect(await closeOfConnect(here, token)).toBe(3500);
  site.road.mend();
  await eventually(() => expect(there.output()).toContain('"event":"reconnected"'), { withinMs: 10_000 });
  const since = performance.now();
  expect(await socket.closed).toEqual({ code: 3500, reason: "invalid token" });
  expect(performance.now() - since).toBeLessThan(withinMs);
  await revoke(here, "revoke_token", { uid: "while away" });

  await site.restart();
  for (const gateway of site.all) {
    expect(await closeOfConnect(gateway, token)).toBe(3500);
    expect(await closeOfConnect(gateway, await tokenFor("park", { jti: "another" }))).toBe(0);
  }
}, 60_000);
