import { expect, test } from "vitest";
import { gatewayConfig } from "./config.ts";
import { noLimits } from "./limits/door-limits.ts";
import { Starts } from "./starts.ts";

const hourMs = 3_600_000;

test("[N7] a user starts so many rooms at once, and then so many an hour", () => {
  let now = 0;
  const starts = new Starts({
    allowed: true,
    limits: { startsPerUser: { perS: 6 / 3_600, burst: 3 }, startsPerIp: { perS: 60 / 3_600, burst: 30 } },
    now: () => now,
  });
  const startedBy = (user: string, address: string | undefined, tries = 40) =>
    Array.from({ length: tries }, () => starts.take({ user, address })).filter(Boolean).length;
  expect(startedBy("kim", undefined)).toBe(3);
  expect(startedBy("lee", undefined)).toBe(3);
  now += hourMs / 6;
  expect(startedBy("kim", undefined)).toBe(1);
});

test("[N7] who is always somebody new is bounded by where they come from, and harms nobody elsewhere", () => {
  const starts = new Starts({
    allowed: true,
    limits: { startsPerUser: { perS: 6 / 3_600, burst: 3 }, startsPerIp: { perS: 60 / 3_600, burst: 30 } },
    now: () => 0,
  });
  const taken = Array.from({ length: 100 }, (_, n) => starts.take({ user: `anon_${n}`, address: "192.0.2.7" }));
  expect(taken.filter(Boolean)).toHaveLength(30);
  expect(starts.take({ user: "kim", address: "192.0.2.8" })).toBe(true);
});

test("[N7] who has had enough uses up nothing of what is their neighbours'", () => {
  const starts = new Starts({
    allowed: true,
    limits: { startsPerUser: { perS: 0.001, burst: 1 }, startsPerIp: { perS: 0.001, burst: 3 } },
    now: () => 0,
  });
  const address = "192.0.2.7";
  expect(["kim", "kim", "kim", "kim", "lee", "choi", "park"].map((user) => starts.take({ user, address }))).toEqual([
    true,
    false,
    false,
    false,
    true,
    true,
    false,
  ]);
});

test("[N7] without limits nobody is counted", () => {
  const starts = new Starts({ allowed: true, limits: noLimits });
  for (let n = 0; n < 100; n++) expect(starts.take({ user: "kim", address: "192.0.2.7" })).toBe(true);
});

test("[N7] visitors start rooms where they are let in and rooms are there for anybody, or as the setting says", () => {
  const secret = "a-secret-for-tests-only";
  const startRooms = (settings: Record<string, string>) =>
    gatewayConfig({ NATS_URL: "nats://127.0.0.1:4222", MADANG_TOKEN_SECRET: secret, MADANG_API_KEY: secret, ...settings })
      .startRooms;
  expect(startRooms({})).toBe(true);
  expect(startRooms({ MADANG_HTTP_HOST: "0.0.0.0" })).toBe(false);
  expect(startRooms({ MADANG_HTTP_HOST: "0.0.0.0", MADANG_ANONYMOUS: "on" })).toBe(true);
  expect(startRooms({ MADANG_ROOMS: "made" })).toBe(false);
  expect(startRooms({ MADANG_ANONYMOUS: "off", MADANG_ROOMS: "anybody" })).toBe(false);
  expect(startRooms({ MADANG_ROOMS: "made", MADANG_START_ROOMS: "on" })).toBe(true);
  expect(startRooms({ MADANG_START_ROOMS: "off" })).toBe(false);
});
