// What the console's operate page is made of: services of their own, looked at and acted on through either gateway.
import { Bus } from "@madang/bus";
import {
  encodeJson,
  OperateActors,
  OperateLetter,
  OperateLetters,
  OperateOverview,
  OperateReplay,
  OperateRestart,
  type RoomId,
  RoomId as RoomIds,
} from "@madang/contracts";
import { eventually, type TestNats, testNats } from "@madang/devkit";
import { DeadLetters } from "@madang/log";
import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Folder, run, type Site, secrets, startService, temporaryFolder } from "./support/processes.ts";
import { tokenFor, type Viewer, viewer } from "./support/viewer.ts";

const lively = "live:lively";
/** Its snapshot is of a version that nobody here reads: it must not be served, and fails at every start. */
const broken = "live:broken";

let nats: TestNats;
let folder: Folder;
let bus: Bus;
let rooms: Site[];
let gateways: [Site, Site];
let persistence: Site;
let kim: Viewer;
let lee: Viewer;

const memberOf = (site: Site) => /"member":"([^"]+)"[^\n]*"msg":"ready"/.exec(site.output())?.[1];

type Headers = Record<string, string>;
const withKey = { "x-api-key": secrets.MADANG_API_KEY };

async function call(path: string, { method = "GET", headers = withKey as Headers, at = gateways[0] } = {}) {
  const response = await fetch(`http://${at.authority}/api/operate/${path}`, { method, headers });
  const body: unknown = await response.json();
  return { status: response.status, body, headers: response.headers };
}

/** The answer, which is what the contract says and nothing else. */
async function get<T>(schema: { parse(value: unknown): T }, path: string, more: Parameters<typeof call>[1] = {}): Promise<T> {
  const { status, body } = await call(path, more);
  expect([status, body]).toEqual([200, body]);
  expect(schema.parse(body)).toEqual(body);
  return schema.parse(body);
}

const overview = (at?: Site) => get(OperateOverview, "overview", at === undefined ? {} : { at });
const send = async (room: string, id: string) =>
  (await kim.client.rpc("send", { channel: room, id, data: { text: id } })).data as { offset: number; epoch: string };

async function putSnapshot(room: RoomId, value: object | undefined): Promise<void> {
  const fields = headers();
  if (value === undefined) fields.set("KV-Operation", "DEL");
  const body = value === undefined ? new Uint8Array() : encodeJson(value);
  await bus.connection.request(`$KV.snapshots.${room.replace(":", ".")}`, body, { headers: fields, timeout: 5_000 });
}

beforeAll(async () => {
  nats = await testNats();
  folder = temporaryFolder();
  const settings = { NATS_URL: nats.url, MADANG_LOG_MAX_BYTES: "67108864" };
  const first = await startService("room", { ...settings, MADANG_NAME: "room-a" });
  const [second, one, two, store] = await Promise.all([
    startService("room", { ...settings, MADANG_NAME: "room-b" }),
    startService("gateway", { ...settings, MADANG_NAME: "gateway-a", MADANG_API_KEYS: "a-key-that-manages-only:manage" }),
    startService("gateway", { ...settings, MADANG_NAME: "gateway-b" }),
    startService("persistence", { ...settings, DATABASE_URL: `file:${folder.path}/store.sqlite` }),
  ]);
  rooms = [first, second];
  gateways = [one, two];
  persistence = store;
  bus = await Bus.connect({ url: nats.url, name: "test", onHandlerError: () => {} });
  kim = await viewer(one.socketUrl, lively, { user: "kim" });
  lee = await viewer(two.socketUrl, lively, { user: "lee" });
  const { epoch } = await send(lively, "m1");
  // It fails again and again meanwhile.
  const state = { v: 1, dedupe: { key: "k", open: "", sealed: [] }, room: { v: 99 } };
  await putSnapshot(RoomIds.parse(broken), { v: 1, epoch, generation: 0, head: 0, sequence: 0, batchId: "", state });
  send(broken, "b1").catch(() => {});
}, 60_000);

afterAll(async () => {
  for (const watcher of [kim, lee]) watcher?.[Symbol.dispose]();
  await bus?.close();
  await Promise.all([...(rooms ?? []), ...(gateways ?? []), ...(persistence ? [persistence] : [])].map((site) => site.kill()));
  folder?.[Symbol.dispose]();
  await nats?.[Symbol.asyncDispose]();
}, 30_000);

describe("operators", () => {
  test("[O1] [A20] are those with a key for it, or with a token that says so; others are refused, and pages of elsewhere are told nothing", async () => {
    const bearer = async (claims: object, secret?: string) => ({
      authorization: `Bearer ${await tokenFor("olga", { ...claims }, secret)}`,
    });
    const as = async (headers: Headers) => {
      const { status, body } = await call("overview", { headers });
      return [status, (body as { error?: { code: number } }).error?.code];
    };
    expect(await as(withKey)).toEqual([200, undefined]);
    expect(await as(await bearer({ operator: true }))).toEqual([200, undefined]);
    expect(await as({})).toEqual([401, 101]);
    expect(await as({ "x-api-key": "a-key-of-somebody-else" })).toEqual([401, 101]);
    expect(await as({ "x-api-key": "a-key-that-manages-only" })).toEqual([403, 103]);
    expect(await as(await bearer({ role: "owner" }))).toEqual([403, 103]);
    expect(await as(await bearer({ operator: false }))).toEqual([403, 103]);
    expect(await as(await bearer({ operator: "yes" }))).toEqual([401, 101]);
    expect(await as(await bearer({ operator: true, channel: lively }))).toEqual([401, 101]);
    expect(await as(await bearer({ operator: true, exp: 1_000 }))).toEqual([401, 109]);
    expect(await as(await bearer({ operator: true }, "a-secret-of-somebody-else"))).toEqual([401, 101]);
    // As a person at the terminal makes one.
    const made = run("apps/allinone/src/token.ts", secrets, ["olga", "owner", "--operator"]);
    await made.exited;
    expect(await as({ authorization: `Bearer ${made.output().trim()}` })).toEqual([200, undefined]);
    // A token is for these addresses alone.
    const { status } = await fetch(`http://${gateways[0].authority}/api/info`, {
      method: "POST",
      headers: await bearer({ operator: true }),
    });
    expect(status).toBe(401);

    const origin = "https://elsewhere.example";
    const asked = { origin, "access-control-request-method": "GET", "access-control-request-headers": "authorization" };
    for (const { headers } of [
      await call("overview", { method: "OPTIONS", headers: asked }),
      await call("overview", { headers: { ...withKey, origin } }),
    ]) {
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });

  test("[O2] see how all services stand, the same through either gateway", async () => {
    for (let n = 2; n <= 12; n++) await send(lively, `m${n}`);
    for (const at of gateways) {
      await eventually(
        async () => {
          const { partial, missing, members, rooms: awake, leases, streams, audit, deadLetters, time } = await overview(at);
          expect([partial, missing]).toEqual([false, []]);
          expect(Math.abs(time - Date.now())).toBeLessThan(10_000);
          expect(members.map(({ kind, member }) => [kind, member])).toEqual([
            ...gateways.map((site) => ["gateway", memberOf(site)]),
            ["persistence", memberOf(persistence)],
            ...rooms.map((site) => ["room", memberOf(site)]),
          ]);
          for (const { startedAt, ready } of members) {
            expect(ready).toBe(true);
            expect(startedAt).toBeLessThan(time);
          }
          for (const member of members)
            if (member.kind === "gateway") expect(member).toMatchObject({ connections: 1, users: 1, rooms: 1, closedSlow: 0 });
          const room = awake.find((actor) => actor.room === lively);
          expect(room?.live).toMatchObject({ offset: 12, viewers: 2 });
          expect(room?.live?.commitP99Ms).toBeGreaterThanOrEqual(room?.live?.commitP50Ms ?? Number.NaN);
          expect(rooms.map(memberOf)).toContain(room?.member);
          const holder = memberOf(persistence);
          const projectors = Array.from({ length: 8 }, (_, n) => `projector.${n}`);
          expect(leases.map(({ lease }) => lease)).toEqual(["audit", ...projectors, "registry"]);
          expect(new Set(leases.map((lease) => lease.holder))).toEqual(new Set([holder]));
          expect(streams.map(({ stream }) => stream)).toEqual(Array.from({ length: 8 }, (_, n) => `ROOMS_${n}`));
          for (const stream of streams) expect(stream).toMatchObject({ holder, lagRecords: 0, lagMs: 0, paused: false });
          expect(audit).toMatchObject({ member: holder, missing: 0, different: 0, findings: [] });
          expect(deadLetters).toMatchObject({ count: 0 });
        },
        { withinMs: 15_000, everyMs: 200 },
      );
    }
  }, 40_000);

  test("[O5] [O6] [O7] list dead letters, read one, and have them tried again", async () => {
    const letters = new DeadLetters(bus.connection);
    const info = { user: "bob", client: "c" };
    const command = { v: 1, command: "send", author: "bob", id: "d1", info, data: { text: "두 번째" } };
    const before = (await send(lively, "before")).offset;
    await letters.add({ source: "room", room: lively, reason: "a bug", body: encodeJson(command) });
    await letters.add({ source: "projector", room: lively, reason: "no index line", sequence: 9, body: Buffer.from([0xff, 0]) });

    const first = await get(OperateLetters, "dead-letters?limit=1");
    expect(first).toMatchObject({ letters: [{ id: 2, letter: { source: "projector", reason: "no index line" } }], next: 2 });
    const second = await get(OperateLetters, "dead-letters?limit=1&after=2");
    expect(second.letters).toMatchObject([{ id: 1, letter: { source: "room", room: lively, bytes: expect.any(Number) } }]);
    expect(second.next).toBeUndefined();
    const shown = await get(OperateLetter, "dead-letters/1");
    expect(shown.body?.encoding).toBe("utf8");
    expect(JSON.parse(shown.body?.data ?? "")).toEqual(command);
    expect((await get(OperateLetter, "dead-letters/2")).body).toEqual({ encoding: "base64", data: "/wA=" });
    await eventually(async () => expect((await overview()).deadLetters).toMatchObject({ count: 2, newest: { id: 2 } }));

    const replay = (id: number) => get(OperateReplay, `dead-letters/${id}/replay`, { method: "POST" });
    expect(await replay(1)).toEqual({ id: 1, done: true, detail: `committed: ${lively} at ${before + 1}` });
    await eventually(() => expect(kim.seen.at(-1)).toMatchObject({ data: { text: "두 번째" }, info: { user: "bob" } }));
    expect(await replay(2)).toMatchObject({ id: 2, done: false });
    expect((await call("dead-letters/1")).status).toBe(404);
    expect((await call("dead-letters/1/replay", { method: "POST" })).status).toBe(404);
    expect((await get(OperateLetters, "dead-letters")).letters.map(({ id }) => id)).toEqual([2]);
    expect(gateways[0].output()).toMatch(/"letter":1[^\n]*"by":"api-key"[^\n]*dead letter tried again/);
    expect(persistence.output()).toMatch(/"letter":2[^\n]*"by":"api-key"[^\n]*dead letter tried again/);
  });

  test("[O8] close a user's connections, on whatever gateway", async () => {
    using park = await viewer(gateways[1].socketUrl, lively, { user: "park" });
    const closed = new Promise<number>((resolve) => park.client.once("disconnected", ({ code }) => resolve(code)));
    const response = await fetch(`http://${gateways[0].authority}/api/operate/disconnect`, {
      method: "POST",
      headers: { authorization: `Bearer ${await tokenFor("olga", { operator: true })}` },
      body: JSON.stringify({ user: "park" }),
    });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    expect(await closed).toBe(3503);
    expect(gateways[0].output()).toMatch(/"user":"park"[^\n]*"by":"user:olga"[^\n]*connections closed/);
  });

  test("[O4] [O3] see a room in quarantine and why, and let it out once it is mended", async () => {
    const quarantined = async () => (await get(OperateActors, "actors?state=quarantined")).actors;
    const [actor] = await eventually(
      async () => {
        const found = await quarantined();
        expect(found).toHaveLength(1);
        return found;
      },
      { withinMs: 40_000, everyMs: 300 },
    );
    expect(actor).toMatchObject({ room: broken, state: "quarantined", failure: { error: "ZodError", phase: "start" } });
    expect(actor?.quarantinedUntil).toBeGreaterThan(Date.now() - 60_000);
    await eventually(async () => expect((await overview()).troubled.map(({ room }) => room)).toContain(broken));
    expect((await call(`actors/${lively}/restart`, { method: "POST" })).status).toBe(404);

    await putSnapshot(RoomIds.parse(broken), undefined);
    const authorization = `Bearer ${await tokenFor("olga", { operator: true })}`;
    const restarted = await get(OperateRestart, `actors/${broken}/restart`, { method: "POST", headers: { authorization } });
    expect(restarted).toEqual({ room: broken, members: [actor?.member] });
    expect(await quarantined()).toEqual([]);
    expect((await send(broken, "b2")).offset).toBe(1);
    const service = rooms.find((site) => memberOf(site) === actor?.member);
    await eventually(() => expect(service?.output()).toMatch(/"by":"user:olga"[^\n]*let out of quarantine/));
  }, 60_000);

  test("[O3] page through the rooms that are in memory, and wake none", async () => {
    for (const name of ["p1", "p2", "p3"]) await send(`live:${name}`, name);
    await fetch(`http://${gateways[0].authority}/api/rooms/live:asleep`, { headers: withKey });
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await get(OperateActors, `actors?limit=2${next === undefined ? "" : `&after=${next}`}`);
      expect(page.partial).toBe(false);
      expect(page.actors.length).toBeLessThanOrEqual(2);
      seen.push(...page.actors.map(({ room }) => room));
      next = page.next;
    } while (next !== undefined);
    expect(seen).toEqual([broken, lively, "live:p1", "live:p2", "live:p3"]);
    const byMember = await Promise.all(rooms.map((site) => get(OperateActors, `actors?member=${memberOf(site)}`)));
    expect(byMember.flatMap(({ actors }) => actors.map(({ room }) => room)).sort()).toEqual([...seen].sort());
    for (const [index, { actors }] of byMember.entries())
      for (const { member } of actors) expect(member).toBe(memberOf(rooms[index] as Site));
  });

  test("[O2] [O3] [O4] are told which service hangs, and see what the others say", async () => {
    const [hung, other] = rooms as [Site, Site];
    hung.signal("SIGSTOP");
    try {
      const { partial, missing, members } = await overview(gateways[1]);
      expect([partial, missing]).toEqual([true, [{ kind: "room", member: memberOf(hung) }]]);
      expect(members.map(({ member }) => member)).toContain(memberOf(other));
      const actors = await get(OperateActors, "actors");
      expect([actors.partial, actors.missing]).toEqual([true, missing]);
      expect((await call("actors/live:p1/restart", { method: "POST" })).status).toBe(503);
    } finally {
      hung.signal("SIGCONT");
    }
    await eventually(async () => expect((await overview()).partial).toBe(false), { withinMs: 10_000 });
  });
});
