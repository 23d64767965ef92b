import { buckets } from "@madang/contracts";
import { eventually, testNatsCluster } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { Bus } from "./bus.ts";
import { type Leadership, leadershipOfJetStream, leadershipOfLeases } from "./leadership.ts";
import { LeaseBucket } from "./lease-bucket.ts";

/** A server that has nothing but this to say, and says it of one subject alone. */
function serverThatSays(answer: object | "nothing", of: string) {
  return {
    request: async (subject: string) => {
      expect(subject).toBe(of);
      if (answer === "nothing") throw new Error("no answer in time");
      return Buffer.from(JSON.stringify(answer));
    },
  };
}

const ledBy = (leader: string | undefined, ...heardMsAgo: number[]) => ({
  cluster: { leader, replicas: heardMsAgo.map((ms) => ({ active: ms * 1e6 })) },
});

test.each<[string, Leadership, object | "nothing"]>([
  ["that answers", "led", { streams: 8 }],
  ["that is temporarily unavailable", "leaderless", { error: { code: 503 } }],
  ["that answers with another error", "unknown", { error: { code: 400 } }],
  ["that is silent", "unknown", "nothing"],
])("JetStream %s is %s", async (_, word, answer) => {
  expect(await leadershipOfJetStream(serverThatSays(answer, "$JS.API.INFO"))).toBe(word);
});

test.each<[string, Leadership, object | "nothing"]>([
  ["on a server alone", "led", {}],
  ["whose leader hears from both others", "led", ledBy("n1", 900, 1_000)],
  ["whose leader hears from one of two", "led", ledBy("n1", 1_000, 4_000)],
  ["whose leader hears from nobody", "leaderless", ledBy("n1", 4_000, 4_000)],
  ["of which a server knows no leader", "leaderless", ledBy(undefined, 0, 0)],
  ["that are temporarily unavailable", "leaderless", { error: { code: 503 } }],
  ["that are not there", "unknown", { error: { code: 404 } }],
  ["nobody answers for", "unknown", "nothing"],
])("leases %s are %s", async (_, word, answer) => {
  expect(await leadershipOfLeases(serverThatSays(answer, `$JS.API.STREAM.INFO.KV_${buckets.members}`))).toBe(word);
});

describe("on real servers", () => {
  test("each of three servers that lost each other says within 12 s that nobody leads", async () => {
    await using nats = await testNatsCluster({ syncAlways: false });
    const buses = await Promise.all(nats.nodes.map(({ url }) => Bus.connect({ url, name: "test", onHandlerError: () => {} })));
    try {
      const [bus] = buses as [Bus, Bus, Bus];
      const bucket = new LeaseBucket(bus, { replicas: 3 });
      await eventually(() => bucket.put("room.a", "1"), { withinMs: 20_000 });
      const all = async (say: Leadership) => {
        expect(await Promise.all(buses.map(leadershipOfLeases))).toEqual([say, say, say]);
      };
      await eventually(() => all("led"), { withinMs: 15_000 });
      for (const node of nats.nodes) node.isolate();
      // A follower waits for its leader for up to 9 s, and a server says nothing of it in its first 10 s.
      await eventually(() => all("leaderless"), { withinMs: 12_000 });
    } finally {
      await Promise.all(buses.map((one) => one.close()));
    }
  }, 60_000);
});
