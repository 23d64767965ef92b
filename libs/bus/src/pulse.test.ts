import { limits, MemberId } from "@madang/contracts";
import { cuttable, eventually, testNats, testNatsCluster } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { Bus, type BusMessage } from "./bus.ts";
import { type Leadership, leadership } from "./leadership.ts";
import { LeaseBucket } from "./lease-bucket.ts";
import { Pulse, type PulseNews } from "./pulse.ts";

const self = MemberId.parse("gateway-1");
const well = Buffer.from("{}");
const leaderless = Buffer.from(JSON.stringify({ error: { code: 503, description: "JetStream system temporarily unavailable" } }));

/** A pulse on a connection that does as told. */
function pulseOn(road: {
  connected: boolean;
  hears: boolean;
  info: () => Promise<Uint8Array>;
  /** What is said of the leases' bucket. */
  leases?: () => Promise<Uint8Array>;
}) {
  let reconnects = 0;
  const news: PulseNews["kind"][] = [];
  let listener: (message: BusMessage) => void = () => {};
  const pulse = new Pulse({
    self,
    report: ({ kind }) => void news.push(kind),
    bus: {
      get connected() {
        return road.connected;
      },
      publish: () => {
        if (road.hears) listener({} as BusMessage);
      },
      subscribe: (_, handler) => {
        listener = handler;
        return { close: () => {} };
      },
      request: (subject) => (subject === "$JS.API.INFO" ? road.info() : (road.leases ?? road.info)()),
      reconnect: () => void reconnects++,
    },
  });
  const beat = async (times: number) => {
    for (let n = 0; n < times; n++) {
      pulse.beat();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { pulse, beat, news, reconnects: () => reconnects };
}

describe("the pulse of a connection", () => {
  test("is good while it hears itself and JetStream answers", async () => {
    const { pulse, beat, news, reconnects } = pulseOn({ connected: true, hears: true, info: async () => well });
    await beat(100);
    expect({ good: pulse.good, news, reconnects: reconnects() }).toEqual({ good: true, news: [], reconnects: 0 });
  });

  test("of one that hears nothing is bad, until a new connection hears", async () => {
    const road = { connected: true, hears: false, info: async () => well as Uint8Array };
    const { pulse, beat, news, reconnects } = pulseOn(road);
    await beat(limits.pulseUnheardBeats);
    expect(pulse.good).toBe(true);
    await beat(2);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 1 });
    // Still deaf: a new connection is given its time, and counts as bad until it hears.
    await beat(limits.pulseUnheardBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 1 });
    await beat(1);
    expect(reconnects()).toBe(2);
    road.hears = true;
    await beat(2);
    expect({ good: pulse.good, news }).toEqual({ good: true, news: ["deaf", "well"] });
  });

  test("of one whose server has no leader is bad after longer than an election takes, and it looks for another server", async () => {
    const road = { connected: true, hears: true, info: async () => leaderless as Uint8Array };
    const { pulse, beat, reconnects } = pulseOn(road);
    await beat(limits.pulseLeaderlessBeats + 1);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: true, reconnects: 0 });
    await beat(1);
    expect(reconnects()).toBe(1);
    await beat(limits.pulseUnansweredBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 2 });
    road.info = async () => well;
    await beat(2);
    expect(pulse.good).toBe(true);
  });

  test.each([
    ["leads the leases and hears of no follower", { cluster: { leader: "n1", replicas: [{ active: 4e9 }, { active: 4e9 }] } }],
    ["knows nobody who leads the leases", { error: { code: 503 } }],
  ])("of one whose server still says that it leads all, but %s, looks for another server", async (_, leases) => {
    const road = {
      connected: true,
      hears: true,
      info: async () => well,
      leases: async () => Buffer.from(JSON.stringify(leases)),
    };
    const { pulse, beat, news, reconnects } = pulseOn(road);
    await beat(limits.pulseLeaderlessBeats + 1);
    expect(reconnects()).toBe(0);
    await beat(1);
    expect({ news, reconnects: reconnects() }).toEqual({ news: ["leaderless"], reconnects: 1 });
    // Nor does it count as good for ever where there is no other server.
    await beat(limits.pulseUnansweredBeats);
    expect(pulse.good).toBe(false);
  });

  test.each([
    ["there is no bucket of leases", async () => Buffer.from(JSON.stringify({ error: { code: 404 } }))],
    [
      "one of two copies does not follow",
      async () => Buffer.from(JSON.stringify({ cluster: { leader: "n1", replicas: [{ active: 1e9 }, { active: 4e9 }] } })),
    ],
    [
      "nobody answers for the leases",
      async () => {
        throw new Error("no answer in time");
      },
    ],
  ])("is good while JetStream answers, also where %s", async (_, leases) => {
    const { pulse, beat, reconnects } = pulseOn({ connected: true, hears: true, info: async () => well, leases });
    await beat(10 * limits.pulseUnansweredBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: true, reconnects: 0 });
  });

  test("of one whose JetStream is silent is bad, but stays where it is", async () => {
    const { pulse, beat, reconnects } = pulseOn({
      connected: true,
      hears: true,
      info: async () => {
        throw new Error("no answer in time");
      },
    });
    await beat(10 * limits.pulseUnansweredBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 0 });
  });

  test("of one that is connecting anew is bad at once, and leaves it alone", async () => {
    const road = { connected: false, hears: false, info: async () => well as Uint8Array };
    const { pulse, beat, reconnects } = pulseOn(road);
    await beat(100);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 0 });
    Object.assign(road, { connected: true, hears: true });
    await beat(1);
    expect(pulse.good).toBe(true);
  });
});

describe("on real servers", () => {
  test("a connection that went dead is left, even with much unsent, and its subscriptions are there again", async () => {
    await using nats = await testNats();
    let connections = 0;
    await using road = await cuttable(() => {
      connections++;
      return nats.port;
    });
    const bus = await Bus.connect({ url: `nats://127.0.0.1:${road.port}`, name: "test", onHandlerError: () => {} });
    let heard = 0;
    bus.subscribe("news", () => heard++);
    const pulse = new Pulse({ bus, self, report: () => {} });
    pulse.beat();
    await bus.flush(1_000);
    road.stall();
    // More than the kernel takes: what comes behind it, as the client's own farewell, is not written either.
    for (let n = 0; n < 64; n++) bus.publish("bulk", new Uint8Array(512 * 1024));
    const timer = setInterval(() => pulse.beat(), 50);
    try {
      await eventually(() => expect(connections).toBeGreaterThan(1), { withinMs: 10_000 });
      await eventually(() => expect(pulse.good).toBe(true), { withinMs: 10_000 });
      bus.publish("news", new Uint8Array());
      await eventually(() => expect(heard).toBe(1));
    } finally {
      clearInterval(timer);
      pulse.close();
      await bus.close();
    }
  });

  test("each server says soon that it lost its peers, also the one that led all", async () => {
    await using nats = await testNatsCluster({ syncAlways: false });
    const buses = await Promise.all(nats.nodes.map(({ url }) => Bus.connect({ url, name: "test", onHandlerError: () => {} })));
    try {
      const [bus] = buses as [Bus, Bus, Bus];
      const bucket = new LeaseBucket(bus, { replicas: 3 });
      await eventually(() => bucket.put("room.a", "1"), { withinMs: 20_000 });
      const all = async (say: Leadership) => {
        expect(await Promise.all(buses.map((one) => leadership(one)))).toEqual([say, say, say]);
      };
      // A server that has just started does not say yet what it has lost.
      await pause(10_000);
      await eventually(() => all("led"), { withinMs: 5_000 });
      for (const node of nats.nodes) node.isolate();
      // A follower waits for its leader for up to 9 s.
      await eventually(() => all("leaderless"), { withinMs: 12_000 });
    } finally {
      await Promise.all(buses.map((one) => one.close()));
    }
  }, 60_000);

  test("a service whose server has lost its peers moves to one that has them", async () => {
    await using nats = await testNatsCluster({ syncAlways: false });
    const bus = await Bus.connect({ url: nats.url, name: "test", onHandlerError: () => {} });
    const news: string[] = [];
    const pulse = new Pulse({ bus, self, report: ({ kind }) => void news.push(kind) });
    const timer = setInterval(() => pulse.beat(), 200);
    try {
      const node = nats.nodes.find(({ url }) => bus.connection.getServer() === new URL(url).host);
      node?.isolate();
      await eventually(() => expect(news).toContain("leaderless"), { withinMs: 25_000 });
      await eventually(() => expect(news.at(-1)).toBe("well"), { withinMs: 25_000 });
      expect(bus.connection.getServer()).not.toBe(new URL(node?.url ?? "").host);
    } finally {
      clearInterval(timer);
      pulse.close();
      await bus.close();
    }
  }, 60_000);
});
