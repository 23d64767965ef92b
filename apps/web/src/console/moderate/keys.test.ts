import type { Message } from "@madang/client";
import { describe, expect, test } from "vitest";
import { actOn, keyOf } from "./keys.ts";

const press = (key: string, more: object = {}) =>
  keyOf({ key, code: "", repeat: false, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
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

  test("are where they are printed, also while the keyboard writes another script", () => {
    expect([
      press("ㅇ", { code: "KeyD" }),
      press("ㅇ", { code: "KeyD", shiftKey: true }),
      press("Process", { code: "KeyM" }),
      press("し", { code: "KeyD" }),
      // A letter that is written is meant, wherever it is.
      press("d", { code: "KeyH" }),
    ]).toEqual([
      { key: "delete", choose: false },
      { key: "delete", choose: true },
      { key: "mute", choose: false },
      { key: "delete", choose: false },
      { key: "delete", choose: false },
    ]);
  });

  test("go on through the list while they are held, and do nothing else twice", () => {
    const heldDown = { repeat: true };
    expect([press("j", heldDown), press("ArrowUp", heldDown)]).toEqual([
      { key: "down", choose: false },
      { key: "up", choose: false },
    ]);
    expect([press("z", heldDown), press("d", heldDown), press("B", { repeat: true, shiftKey: true })]).toEqual(
      Array(3).fill(undefined),
    );
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
