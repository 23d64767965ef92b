import type { Message } from "@madang/client";
import { describe, expect, test } from "vitest";
import { actOn, keyOf } from "./keys.ts";

const press = (key: string, more: object = {}) =>
  keyOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
const message = { offset: 5, author: { user: "kim", name: "Kim" }, text: "hi" } as Message;

describe("the feed's keys", () => {
  test("do one thing each, and with shift ask before", () => {
    expect([press("d"), press("D", { shiftKey: true }), press("/"), press("?", { shiftKey: true })]).toEqual([
      { key: "delete", choose: false },
      { key: "delete", choose: true },
      { key: "search", choose: false },
      { key: "keys", choose: false },
    ]);
  });

  test("leave the browser's own combinations alone", () => {
    expect([press("d", { ctrlKey: true }), press("r", { metaKey: true }), press("x"), press("Tab")]).toEqual(
      Array(4).fill(undefined),
    );
  });

  test("mute for ten minutes, pin or unpin, and do nothing to what has no author or no place", () => {
    expect(actOn(message, "mute", false)).toEqual({ verb: "mute", user: "kim", seconds: 600 });
    expect([actOn(message, "pin", false)?.verb, actOn(message, "pin", true)?.verb]).toEqual(["pin", "unpin"]);
    const { author: _, ...site } = message;
    const { offset: __, ...onItsWay } = message;
    expect([actOn(site, "ban", false), actOn(onItsWay, "delete", false), actOn(message, "search", false)]).toEqual(
      Array(3).fill(undefined),
    );
  });
});
