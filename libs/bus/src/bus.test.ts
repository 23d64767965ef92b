import { limits, MemberId } from "@madang/contracts";
import { type ClusterNode, eventually, type TestNats, testNats, testNatsCluster } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bus, NoResponders, RequestTimeout } from "./bus.ts";
import { Lease } from "./lease.ts";
import { LeaseBucket } from "./lease-bucket.ts";
import { Membership } from "./membership.ts";
import { Troubles } from "./troubles.ts";

let nats: TestNats;
let bus: Bus;
const troubles: unknown[] = [];
beforeEach(async () => {
  nats = await testNats();
  bus = await Bus.connect({ url: nats.url, name: "test", onHandlerError: (error) => void troubles.push(error) });
});
afterEach(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

const bytes = (text: string) => Buffer.from(text);
async function connectedTo(url: string) {
  const at = await Bus.connect({ url, name: "test", onHandlerError: () => {} });
  return { bus: at, [Symbol.asyncDispose]: () => at.close() };
}
const bucketOf = (at: Bus) => new LeaseBucket(at, { replicas: 1 });

describe("the bus", () => {
  test("tells an answer, nobody and silence apart", async () => {
    bus.subscribe("echo", (message) => message.respond(message.data));
    bus.subscribe("mute", () => {});
    expect(Buffer.from(await bus.request("echo", bytes("안녕"), { timeoutMs: 1_000 })).toString()).toBe("안녕");
    await expect(bus.request("nobody", bytes(""), { timeoutMs: 1_000 })).rejects.toThrow(NoResponders);
    await expect(bus.request("mute", bytes(""), { timeoutMs: 30 })).rejects.toThrow(RequestTimeout);
  });

  test("a message that a handler cannot take harms no other", async () => {
    bus.subscribe("picky", (message) =>
      message.respond(Buffer.from(JSON.stringify(JSON.parse(Buffer.from(message.data).toString())))),
    );
    await expect(bus.request("picky", bytes("garbage"), { timeoutMs: 50 })).rejects.toThrow(RequestTimeout);
    expect(Buffer.from(await bus.request("picky", bytes("{}"), { timeoutMs: 1_000 })).toString()).toBe("{}");
    expect(troubles).toEqual([expect.any(SyntaxError)]);
  });

  test("collects answers until all are in, or the time is over, or nobody is there", async () => {
    for (const name of ["a", "b"]) bus.subscribe("who", (message) => message.respond(bytes(name)));
    const survey = async (expected: number, subject = "who") =>
      (await bus.survey(subject, bytes(""), { timeoutMs: 150, expected })).map((answer) => Buffer.from(answer).toString()).sort();
    expect(await survey(2)).toEqual(["a", "b"]);
    expect(await survey(3)).toEqual(["a", "b"]);
    expect(await survey(1, "nobody")).toEqual([]);
  });

  test("that is to leave its server goes to another one of the list, also the first time", async () => {
    await using one = await testNats();
    await using other = await testNats();
    const at = await Bus.connect({ url: `${one.url},${other.url}`, name: "test", onHandlerError: () => {} });
    try {
      const before = at.connection.getServer();
      // The client passes over a server that it dialled less than `reconnectTimeWait` ago, and would go elsewhere for that reason.
      await pause(1_000);
      at.reconnect();
      await eventually(() => expect(at.connection.getServer()).not.toBe(before), { withinMs: 3_000 });
      await at.flush(1_000);
    } finally {
      await at.close();
    }
  });

  test("with one server alone, connects once when it is to leave", async () => {
    const events: string[] = [];
    bus.onEvent((event) => events.push(event));
    bus.reconnect();
    await eventually(() => expect(events).toContain("reconnected"), { withinMs: 3_000 });
    // A connection that was left at once would take this only after yet another.
    await bus.flush(3_000);
    expect(events).toEqual(["disconnected", "reconnected"]);
  });

  test("comes back by itself when the broker does, and says so", async () => {
    const events: string[] = [];
    bus.onEvent((event) => events.push(event));
    let heard = 0;
    bus.subscribe("again", () => heard++);
    await nats.kill();
    await eventually(() => expect(bus.connected).toBe(false));
    await expect(bus.request("again", bytes(""), { timeoutMs: 50 })).rejects.toThrow(RequestTimeout);
    await nats.restart();
    await eventually(() => expect(bus.connected).toBe(true), { withinMs: 10_000 });
    bus.publish("again", bytes(""));
    await eventually(() => expect(heard).toBe(1));
    expect(events).toEqual(["disconnected", "reconnected"]);
  });

  test("outlives a broker that refuses it for a while", async () => {
    const credentials = (password: string) => ({ credentials: { user: "u", password } });
    await using right = await testNats(credentials("right"));
    const patient = await Bus.connect({ url: right.url.replace("//", "//u:right@"), name: "patient", onHandlerError: () => {} });
    let refusals = 0;
    void (async () => {
      for await (const status of patient.connection.status()) if (status.type === "error") refusals++;
    })();
    await right.stop();
    {
      await using _wrong = await testNats({ ...credentials("wrong"), port: right.port });
      await eventually(() => expect(refusals).toBeGreaterThanOrEqual(3), { withinMs: 10_000 });
    }
    await right.restart();
    await eventually(() => expect(patient.connected).toBe(true), { withinMs: 10_000 });
    await patient.close();
  });

  test("names a broker that does not answer in one sentence, without its password", async () => {
    const away = Bus.connect({ url: "nats://me:hidden@127.0.0.1:1", name: "x", timeoutMs: 500, onHandlerError: () => {} });
    await expect(away).rejects.toThrow(/^NATS at 127\.0\.0\.1:1 does not answer/);
  });

  test("shows no password, however odd the address", async () => {
    for (const url of [
      "nats://u:hid/den@127.0.0.1:1",
      "nats://u:hid@den@127.0.0.1:1",
      "nats://hidden@127.0.0.1:1,nats://u:hidden@127.0.0.1:2",
    ]) {
      const sentence = await Bus.connect({ url, name: "x", timeoutMs: 300, onHandlerError: () => {} }).catch(
        ({ message }) => message,
      );
      expect(sentence).toMatch(/^NATS at 127/);
      expect(sentence).not.toMatch(/hid|den/);
    }
  });
});

describe("members", () => {
  const join = (member: string, more: Partial<Parameters<typeof Membership.join>[0]> = {}) =>
    Membership.join({ bus, bucket: bucketOf(bus), self: { kind: "room", member: MemberId.parse(member) }, ...more });

  test("see each other as soon as they have joined, by kind, and not after leaving", async () => {
    const a = await join("a");
    const b = await join("b");
    const gateway = await join("g", { self: { kind: "gateway", member: MemberId.parse("g") } });
    await eventually(() => expect(a.live("room").sort()).toEqual(["a", "b"]));
    expect(b.live("room").sort()).toEqual(["a", "b"]);
    expect(gateway.live("gateway")).toEqual(["g"]);
    await b.leave();
    await eventually(() => expect(a.live("room")).toEqual(["a"]));
    await a.leave();
    await gateway.leave();
  });

  test("expire by age against the newest renewal, and nobody expires while none arrive", async () => {
    let clock = 0;
    const onlooker = await join("x", { now: () => clock });
    const bucket = bucketOf(bus);
    await bucket.put("room.y", "1");
    await eventually(() => expect(onlooker.live("room").sort()).toEqual(["x", "y"]));
    clock += limits.memberTtlMs * 3;
    expect(onlooker.live("room").sort()).toEqual(["x", "y"]);
    await bucket.put("gateway.z", "1");
    await eventually(() => expect(onlooker.live("gateway")).toEqual(["z"]));
    expect(onlooker.live("room")).not.toContain("y");
    await onlooker.leave();
  });

  test("hear once of each other one that comes, says goodbye or is gone", async () => {
    let clock = 0;
    const news: string[] = [];
    const early = await join("early");
    const a = await join("a", {
      now: () => clock,
      report: ({ what, kind, member }) => void news.push(`${kind}.${member} ${what}`),
    });
    const b = await join("b", { self: { kind: "gateway", member: MemberId.parse("b") } });
    await bucketOf(bus).put("room.c", "1");
    await eventually(() => expect([...news].sort()).toEqual(["gateway.b joined", "room.c joined"]), { withinMs: 5_000 });
    await b.leave();
    await eventually(() => expect(news.slice(2)).toEqual(["gateway.b left"]));
    clock += limits.memberTtlMs + 1;
    await eventually(() => expect(news.slice(3)).toEqual(["room.c gone"]), { withinMs: 5_000 });
    await bucketOf(bus).put("room.c", "1");
    await eventually(() => expect(news.slice(4)).toEqual(["room.c joined"]), { withinMs: 5_000 });
    await a.leave();
    await early.leave();
  });

  test("hear once that they cannot renew, and once that they can again", async () => {
    const news: string[] = [];
    const a = await join("a", { renewals: new Troubles(({ kind }) => void news.push(kind)) });
    await nats.kill();
    await eventually(() => expect(news).toEqual(["began"]), { withinMs: 10_000 });
    await nats.restart();
    await eventually(() => expect(news).toEqual(["began", "over"]), { withinMs: 10_000 });
    await a.leave();
  }, 40_000);

  test("are there again after the broker lost its memory", async () => {
    const a = await join("a");
    await nats.kill();
    await nats.restart();
    const late = await eventually(() => join("b"), { withinMs: 10_000 });
    await eventually(() => expect(late.live("room").sort()).toEqual(["a", "b"]), { withinMs: 10_000 });
    await a.leave();
    await late.leave();
  });
});

test.each(["leads", "follows"])(
  "[R4] leases of which one copy is left, that %s, say that they have no leader, and renewals reach everybody all the same",
  async (role) => {
    await using cluster = await testNatsCluster();
    const [last, ...others] = cluster.nodes as [ClusterNode, ...ClusterNode[]];
    await using at = await connectedTo(last.url);
    const bucket = () => new LeaseBucket(at.bus, { replicas: 3 });
    // A young cluster has no room for a bucket yet.
    await eventually(() => bucket().put("room.first", "1"), { withinMs: 20_000 });
    const joined = await Promise.all(
      ["a", "b"].map((member) =>
        Membership.join({ bus: at.bus, bucket: bucket(), self: { kind: "room", member: MemberId.parse(member) } }),
      ),
    );
    const leads = async () => {
      const info = await at.bus.request("$JS.API.STREAM.INFO.KV_members", new Uint8Array(), { timeoutMs: 1_000 });
      return JSON.parse(Buffer.from(info).toString()).cluster.leader === last.name;
    };
    await eventually(
      async () => {
        if ((await leads()) === (role === "leads")) return;
        await at.bus.request("$JS.API.STREAM.LEADER.STEPDOWN.KV_members", new Uint8Array(), { timeoutMs: 1_000 });
        throw new Error("another copy leads");
      },
      { withinMs: 20_000, everyMs: 500 },
    );
    await eventually(async () => expect(await bucket().led()).toBe(true), { withinMs: 5_000 });
    await Promise.all(others.map((node) => node.kill()));
    // The last one may lead it: then it says so by how long ago it has heard from the others.
    await eventually(async () => expect(await bucket().led()).toBe(false), { withinMs: 5_000 });
    const heard = new Map<string, number>();
    at.bus.subscribe(bucketOf(at.bus).subject, ({ subject }) => heard.set(subject, (heard.get(subject) ?? 0) + 1));
    // More often than a first try would be heard, and one after it.
    await eventually(() => expect([...heard.values()].map((times) => times > 3)).toEqual([true, true]), { withinMs: 15_000 });
    await Promise.all(others.map((node) => node.restart()));
    for (const membership of joined) await membership.leave();
  },
  60_000,
);

describe("a lease", () => {
  const lease = (holder: string, log: string[]) =>
    new Lease({
      bucket: bucketOf(bus),
      key: "projector.0",
      holder,
      work: async (signal) => {
        log.push(`${holder} works`);
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        log.push(`${holder} stops`);
      },
    });

  test("is held by one at a time, and passes on when it is closed", async () => {
    const log: string[] = [];
    const a = lease("a", log);
    await eventually(() => expect(a.held).toBe(true));
    const b = lease("b", log);
    await a.close();
    await eventually(() => expect(b.held).toBe(true));
    expect(log).toEqual(["a works", "a stops", "b works"]);
    await b.close();
  });

  test("is lost by a holder that somebody else has overtaken", async () => {
    const log: string[] = [];
    const a = lease("a", log);
    await eventually(() => expect(a.held).toBe(true));
    await bucketOf(bus).put("projector.0", "thief");
    await eventually(() => expect(log).toEqual(["a works", "a stops"]));
    await a.close();
  });
});
