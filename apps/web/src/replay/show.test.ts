import type { Replay } from "@madang/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Player } from "./player.ts";
import { Show } from "./show.ts";

/** A broadcast with a comment and two hearts each second. */
function replayOf(fails: () => number | undefined = () => undefined): Replay {
  const hearts = new Map<number, object>();
  const heartsAt = (second: number) => {
    if (!hearts.has(second)) hearts.set(second, { "❤️": second * 2 });
    return hearts.get(second);
  };
  return {
    seek: async () => {
      const code = fails();
      if (code !== undefined) throw Object.assign(new Error("no"), { code });
    },
    subscribe: () => () => {},
    entriesUntil: (at: number) => Array.from({ length: Math.floor(at / 1_000) }, (_, n) => ({ key: String(n) })),
    pinnedUntil: () => [],
    heartsUntil: (at: number) => heartsAt(Math.floor(at / 1_000)),
    older: "none",
    loading: false,
  } as unknown as Replay;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function shown(fails?: () => number | undefined) {
  const player = new Player();
  player.setEnd(60_000);
  const show = new Show(replayOf(fails), player);
  const risen: object[] = [];
  show.hearts.on("hearts", (growth) => risen.push(growth));
  show.start();
  return { player, show, risen };
}

test("while it plays comments come and hearts rise as they did", () => {
  const { player, show, risen } = shown();
  player.play();
  vi.advanceTimersByTime(3_050);
  expect(show.shown.entries).toHaveLength(3);
  expect(risen).toEqual([{ "❤️": 2 }, { "❤️": 2 }, { "❤️": 2 }]);
});

test("no hearts rise over what one has jumped over", () => {
  const { player, show, risen } = shown();
  player.play();
  player.seek(30_000);
  expect(show.shown).toMatchObject({ hearts: { "❤️": 60 }, jumps: 1 });
  expect(risen).toEqual([]);
  vi.advanceTimersByTime(1_050);
  expect(risen).toEqual([{ "❤️": 2 }]);
});

test("what cannot be read stops it, and is read when one tries again", async () => {
  let code: number | undefined;
  const { player, show } = shown(() => code);
  player.play();
  code = 1003;
  player.seek(20_000);
  await vi.advanceTimersByTimeAsync(0);
  expect(show.shown.failed).toBe(1003);
  expect(player.state.playing).toBe(false);
  code = undefined;
  show.again();
  expect(show.shown.failed).toBeUndefined();
  expect(show.shown.entries).toHaveLength(20);
});
