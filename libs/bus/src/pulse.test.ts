import { limits, MemberId } from "@madang/contracts";
import { cuttable, eventually, testNats, testNatsCluster } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { Bus, type BusMessage } from "./bus.ts";
import type { Leadership } from "./leadership.ts";
import { Pulse, type PulseNews } from "./pulse.ts";

const self = MemberId.parse("gateway-1");

interface Road {
  connected: boolean;
  hears: boolean;
  /** What its server says of all of JetStream, */
  jetStream: Leadership;
  /** and of the leases. */
  leases: Leadership;
}

const wellRoad: Road = { connected: true, hears: true, jetStream: "led", leases: "led" };

async function wordOf(leadership: Leadership): Promise<Uint8Array> {
  if (leadership === "unknown") throw new Error("no answer in time");
  return Buffer.from(JSON.stringify(leadership === "led" ? {} : { error: { code: 503 } }));
}

/** A pulse on a connection that does as told. */
function pulseOn(road: Road) {
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
      request: (subject) => wordOf(subject === "$JS.API.INFO" ? road.jetStream : road.leases),
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
    const { pulse, beat, news, reconnects } = pulseOn(wellRoad);
    await beat(100);
    expect({ good: pulse.good, news, reconnects: reconnects() }).toEqual({ good: true, news: [], reconnects: 0 });
  });

  test("of one that hears nothing is bad, until a new connection hears", async () => {
    const road = { ...wellRoad, hears: false };
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
    const road: Road = { ...wellRoad, jetStream: "leaderless", leases: "leaderless" };
    const { pulse, beat, reconnects } = pulseOn(road);
    await beat(limits.pulseLeaderlessBeats + 1);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: true, reconnects: 0 });
    await beat(1);
    expect(reconnects()).toBe(1);
    await beat(limits.pulseUnansweredBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 2 });
    Object.assign(road, wellRoad);
    await beat(2);
    expect(pulse.good).toBe(true);
  });

  test("of one whose server says that JetStream is led, but not the leases, looks for another server, once", async () => {
    const road: Road = { ...wellRoad, leases: "leaderless" };
    const { pulse, beat, news, reconnects } = pulseOn(road);
    await beat(limits.pulseLeaderlessBeats + 1);
    expect(reconnects()).toBe(0);
    await beat(1);
    expect({ news, reconnects: reconnects() }).toEqual({ news: ["leaderless"], reconnects: 1 });
    // The next one says the same: it is not the server. Rooms whose streams are led go on.
    await beat(10 * limits.pulseUnansweredBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: true, reconnects: 1 });
    road.leases = "led";
    await beat(2);
    road.leases = "leaderless";
    await beat(limits.pulseLeaderlessBeats + 2);
    expect(reconnects()).toBe(2);
  });

  test("is good while JetStream is led, also where nothing is known of the leases", async () => {
    const { pulse, beat, reconnects } = pulseOn({ ...wellRoad, leases: "unknown" });
    await beat(10 * limits.pulseUnansweredBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: true, reconnects: 0 });
  });

  test("of one whose JetStream is silent is bad, but stays where it is", async () => {
    const { pulse, beat, reconnects } = pulseOn({ ...wellRoad, jetStream: "unknown", leases: "unknown" });
    await beat(10 * limits.pulseUnansweredBeats);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 0 });
  });

  test("of one that is connecting anew is bad at once, and leaves it alone", async () => {
    const road = { ...wellRoad, connected: false, hears: false };
    const { pulse, beat, reconnects } = pulseOn(road);
    await beat(100);
    expect({ good: pulse.good, reconnects: reconnects() }).toEqual({ good: false, reconnects: 0 });
    Object.assign(road, wellRoad);
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
