import type { BusMessage } from "@madang/bus";
import { ClientId, type Counters, limits, MemberId, RoomId, UserId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { ChannelsSurvey } from "./channels.ts";
import { Orders } from "./orders.ts";
import { PresenceSurvey } from "./presence.ts";

const [g1, g2] = ["gateway-1", "gateway-2"].map((member) => MemberId.parse(member)) as [MemberId, MemberId];
const [a, b, c] = ["live:a", "live:b", "live:c"].map((room) => RoomId.parse(room)) as [RoomId, RoomId, RoomId];
const kim = UserId.parse("kim");

/** Everybody who listens hears, and answers at once. */
function localBus() {
  const handlers: ((message: BusMessage) => void)[] = [];
  return {
    subscribe: (_: string, handler: (message: BusMessage) => void) => {
      handlers.push(handler);
      return { close: () => {} };
    },
    survey: async (subject: string, data: Uint8Array) => {
      const answers: Uint8Array[] = [];
      for (const handler of handlers)
        handler({ subject, data, header: () => "", respond: (answer) => void answers.push(answer) });
      return answers;
    },
  };
}

const counters = (viewers: number): Counters => ({
  ...{ state: "open", viewers, users: 2, peak: 9, comments: 5, hearts: {}, supporters: [], sampled: false, shards: 1 },
  gifts: { count: 0, amounts: {} },
});

describe("the rooms that are watched", () => {
  type Feed = { room: RoomId; users: string[]; counters?: Counters };
  const hubOf = (feeds: Feed[]) => {
    const all = feeds.map(({ users, ...feed }) => ({
      ...feed,
      audience: users.length,
      infos: () => users.map((user) => ({ user })),
    }));
    return { feeds: () => all, get: (room: RoomId) => all.find((feed) => feed.room === room) } as never;
  };

  test("[A9] are those of all gateways, added up, those with most viewers first, with the counters of the whole room", async () => {
    const bus = localBus();
    const survey = new ChannelsSurvey({
      ...{ self: g1, bus, gateways: () => 2 },
      hub: hubOf([
        { room: a, users: ["kim", "kim"] },
        { room: b, users: ["kim"] },
        { room: c, users: [] },
      ]),
    });
    new ChannelsSurvey({
      ...{ self: g2, bus, gateways: () => 2 },
      hub: hubOf([{ room: b, users: ["lee", "park", "kim"], counters: counters(4) }]),
    });
    const ofB = { room: b, clients: 4, users: 4, counters: counters(4) };
    const ofA = { room: a, clients: 2, users: 1 };
    expect(await survey.of()).toEqual([ofB, ofA]);
    expect(await survey.of(a)).toEqual([ofA]);
    expect(await survey.of(c)).toEqual([]);
  });

  test("[A9] are listed in a bounded number, and in a message that NATS takes", async () => {
    const list = (count: number, more: { counters?: Counters }) => {
      const feeds = Array.from({ length: count }, (_, n) => ({ room: RoomId.parse(`live:r${n}`), users: ["kim"], ...more }));
      return new ChannelsSurvey({ self: g1, bus: localBus(), gateways: () => 1, hub: hubOf(feeds) }).of();
    };
    expect(await list(limits.channelsListed + 1, {})).toHaveLength(limits.channelsListed);
    const user = "김".repeat(128);
    const supporters = Array.from({ length: 10 }, () => ({ user, currency: "KRW", amount: 1 }));
    const long = await list(limits.channelsListed, { counters: { ...counters(1), supporters } });
    expect(long.length).toBeGreaterThan(50);
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThan(1024 * 1024);
  });
});

describe("who is in a room", () => {
  type Here = { users: string[]; counters?: Counters; live?: boolean };
  const gateway = (bus: ReturnType<typeof localBus>, self: MemberId, { users, live = true, counters }: Here) => {
    const infos = () => users.map((user) => ({ user: UserId.parse(user), client: ClientId.parse(`${self}-${user}`) }));
    const hub = { get: () => ({ room: a, live, infos, ...(counters === undefined ? {} : { counters }) }) };
    return new PresenceSurvey({ self, bus: bus as never, hub: hub as never, gateways: () => [g1, g2] });
  };

  test("[H6] is counted on all gateways, with the counters of the room as one of those has heard them where somebody watches", async () => {
    const bus = localBus();
    const survey = gateway(bus, g1, { users: ["kim", "lee"] });
    gateway(bus, g2, { users: ["kim"], counters: counters(3) });
    expect(await survey.stats(a)).toEqual({ num_clients: 3, num_users: 2, counters: counters(3) });
    expect(await survey.of(a)).toHaveLength(3);
  });

  test("[H6] has no counters that a gateway heard long ago: one that is behind, or where nobody watches any more", async () => {
    const bus = localBus();
    const survey = gateway(bus, g1, { users: [], counters: counters(9) });
    gateway(bus, g2, { users: ["kim"], counters: counters(8), live: false });
    expect(await survey.stats(a)).toEqual({ num_clients: 1, num_users: 1 });
  });
});

describe("what is to be done to a user's sockets", () => {
  function gateways(names: MemberId[]) {
    const bus = localBus();
    const done: unknown[][] = [];
    const all = names.map((self) => {
      const orders = new Orders({ self, bus, gateways: () => [g1, g2] });
      orders.obeyWith(
        {
          disconnect: (...of) => void done.push([self, "disconnect", ...of]),
          unsubscribe: (...of) => void done.push([self, "unsubscribe", ...of]),
        },
        { add: (...of) => void done.push([self, "revoke", ...of]) },
      );
      return orders;
    });
    return { orders: all[0] as Orders, done };
  }

  test("[A10] [A21] is done by every gateway before it is answered", async () => {
    const { orders, done } = gateways([g1, g2]);
    const client = ClientId.parse("c1");
    await orders.give({ v: 1, order: "disconnect", user: kim });
    await orders.give({ v: 1, order: "disconnect", user: kim, client });
    await orders.give({ v: 1, order: "unsubscribe", user: kim, room: a });
    const [key, revocation] = ["A".repeat(43), { before: 5, until: 10 }];
    await orders.give({ v: 1, order: "revoke", key, revocation });
    expect(done).toEqual(
      [
        ["disconnect", kim, undefined],
        ["disconnect", kim, client],
        ["unsubscribe", kim, a],
        ["revoke", key, revocation],
      ].flatMap((what) => [g1, g2].map((self) => [self, ...what])),
    );
  });

  test("[A10] [A21] is an error that may pass when a gateway has not said that it did it", async () => {
    const { orders } = gateways([g1]);
    const given = orders.give({ v: 1, order: "disconnect", user: kim });
    await expect(given).rejects.toMatchObject({ reply: { code: 100, temporary: true } });
  });
});
