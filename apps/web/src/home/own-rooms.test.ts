import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ownRooms, rememberOwnRoom } from "./own-rooms.ts";

let stored: Map<string, string>;
beforeEach(() => {
  stored = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
});
afterEach(() => vi.unstubAllGlobals());

test("the last eight rooms that one has started are known, each once, the last one first", () => {
  for (let at = 1; at <= 10; at++) rememberOwnRoom({ room: `live:${at}`, title: `Room ${at}` });
  rememberOwnRoom({ room: "live:5", title: "Five" });
  expect(ownRooms().map(({ room }) => room)).toEqual([5, 10, 9, 8, 7, 6, 4, 3].map((at) => `live:${at}`));
  expect(ownRooms()[0]).toEqual({ room: "live:5", title: "Five" });
});

test("whatever else is stored there is no room", () => {
  rememberOwnRoom({ room: "live:1", title: "One" });
  const [key = ""] = stored.keys();
  for (const value of ["{", "{}", "null", '[null, 1, {"room": 1}, {"room": ""}]']) {
    stored.set(key, value);
    expect(ownRooms()).toEqual([]);
  }
});
