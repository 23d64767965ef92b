import { ErrorCode, encodeJson, RoomId } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { RoomState } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import { gatewayConfig } from "./config.ts";
import { Existence, type RoomsBy } from "./existence.ts";

const room = RoomId.parse("live:a");
const nowhere = { subscriptions: new Map() };
const unknown = { reply: ErrorCode.unknownChannel };

/** A gateway where nothing is known of any room but what is said here, and what it asked. */
function site(by: RoomsBy = "made") {
  const asked: string[] = [];
  const world = {
    card: undefined as Uint8Array | undefined,
    head: 0,
    stored: undefined as { offset: number; epoch: string } | undefined | "silent",
    feed: undefined as object | undefined,
    log: undefined as Promise<void> | undefined,
  };
  const existence = new Existence({
    by,
    hub: { get: () => world.feed } as never,
    cards: { read: async () => world.card },
    log: {
      position: async () => {
        asked.push("log");
        const { head } = world;
        await world.log;
        return { epoch: "e" as never, offset: head };
      },
    },
    bus: {
      request: async () => {
        asked.push("store");
        if (world.stored === "silent") throw new Error("no answer");
        return encodeJson({ v: 1, ...(world.stored === undefined ? {} : { head: world.stored }) });
      },
    },
  });
  return { existence, world, asked };
}

const feed = (offset: number, { live = true, state = new RoomState() } = {}) => ({ live, head: { offset }, view: { state } });

describe("a room, where rooms are made by the site", () => {
  test("[S2] is not there because somebody asks for it", async () => {
    const { existence, asked } = site();
    await expect(existence.check(room, nowhere)).rejects.toMatchObject(unknown);
    expect(asked).toEqual(["log", "store"]);
  });

  test("[S2] is there once it has a card, or an event, or the store alone remembers it; and is asked about no more", async () => {
    const traces: ((world: ReturnType<typeof site>["world"]) => void)[] = [
      (world) => Object.assign(world, { card: encodeJson({}) }),
      (world) => Object.assign(world, { head: 1 }),
      (world) => Object.assign(world, { stored: { offset: 1, epoch: "former" } }),
    ];
    for (const leave of traces) {
      const { existence, world, asked } = site();
      await expect(existence.check(room, nowhere)).rejects.toMatchObject(unknown);
      leave(world);
      await existence.check(room, nowhere);
      const before = asked.length;
      await existence.check(room, nowhere);
      expect(asked).toHaveLength(before);
    }
  });

  test("[S2] is there without a question where something has happened in it that this gateway follows, and not by being followed", async () => {
    const { existence, world, asked } = site();
    world.feed = feed(0);
    await expect(existence.check(room, nowhere)).rejects.toMatchObject(unknown);
    world.feed = feed(3, { live: false });
    await expect(existence.check(room, nowhere)).rejects.toMatchObject(unknown);
    const before = asked.length;
    world.feed = feed(3);
    await existence.check(room, nowhere);
    expect(asked).toHaveLength(before);
  });

  test("[S2] is there for whoever was let in by a token of the site's, and not for one who waits to be", async () => {
    const { existence, asked } = site();
    await existence.check(room, { subscriptions: new Map([[room, { joined: true } as never]]) });
    expect(asked).toEqual([]);
    const waiting = { subscriptions: new Map([[room, { joined: false } as never]]) };
    await expect(existence.check(room, waiting)).rejects.toMatchObject(unknown);
    await expect(existence.check(room, nowhere)).rejects.toMatchObject(unknown);
  });

  test("[S2] of which nobody can say anything is trouble that may pass, since SDKs take a 102 for good", async () => {
    const { existence, world } = site();
    world.stored = "silent";
    await expect(existence.check(room, nowhere)).rejects.toMatchObject({ name: "HistoryUnavailable" });
    world.log = Promise.reject(new LogUnavailable("away"));
    world.log.catch(() => {});
    await expect(existence.check(room, nowhere)).rejects.toBeInstanceOf(LogUnavailable);
    // That nobody could say it is not kept.
    world.log = undefined;
    world.head = 1;
    await existence.check(room, nowhere);
  });

  test("[S2] is asked about once for all who ask at the same time; who came after it was made is not told what was so before", async () => {
    const { existence, world, asked } = site();
    const hold = Promise.withResolvers<void>();
    world.log = hold.promise;
    const early = existence.check(room, nowhere);
    early.catch(() => {});
    world.head = 1;
    const late = [existence.check(room, nowhere), existence.check(room, nowhere)];
    world.log = undefined;
    hold.resolve();
    await expect(early).rejects.toMatchObject(unknown);
    await Promise.all(late);
    expect(asked).toEqual(["log", "store", "log"]);
  });
});

test("[S2] where anybody may make rooms, nobody is asked", async () => {
  const { existence, asked } = site("anybody");
  await existence.check(room, nowhere);
  expect(asked).toEqual([]);
});

test("[S2] rooms are made by anybody where visitors are let in without a token, by the site elsewhere, or as it is set", () => {
  const settings = { NATS_URL: "nats://127.0.0.1:1", MADANG_TOKEN_SECRET: "x".repeat(16), MADANG_API_KEY: "x".repeat(16) };
  const by = (more: object) => gatewayConfig({ ...settings, ...more }).rooms;
  expect(by({})).toBe("anybody");
  expect(by({ MADANG_HTTP_HOST: "0.0.0.0" })).toBe("made");
  expect(by({ MADANG_ANONYMOUS: "off" })).toBe("made");
  expect(by({ MADANG_ANONYMOUS: "on", MADANG_ROOMS: "made" })).toBe("made");
  expect(by({ MADANG_ANONYMOUS: "off", MADANG_ROOMS: "anybody" })).toBe("anybody");
  expect(() => by({ MADANG_ROOMS: "nobody" })).toThrow("MADANG_ROOMS: anybody or made");
});
