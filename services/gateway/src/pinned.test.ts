import { type Line, limits, RoomId } from "@madang/contracts";
import { collectGarbage, lineAt } from "@madang/devkit";
import { RoomState } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import { HistoryUnavailable } from "./past.ts";
import { Pinned } from "./pinned.ts";

const room = RoomId.parse("live:a");

function pinned(...offsets: number[]) {
  const reads: number[] = [];
  const state = new RoomState();
  const world = { now: 0, away: false, feed: undefined as object | undefined };
  let next = 100;
  const say = (type: string, data: object, user = "kim") =>
    state.apply({ data, info: { user, client: "c" }, offset: ++next, tags: { type, id: "x", time: "1" } } as never);
  for (const offset of offsets) say("pinned", { offset, message: { info: { user: "kim" } } });
  const of = new Pinned({
    hub: { get: () => world.feed } as never,
    past: {
      page: async ({ from }: { from: number }): Promise<readonly Line[] | "lost"> => {
        reads.push(from);
        if (world.away) throw new HistoryUnavailable("away");
        return from > 50 ? "lost" : [lineAt(from, { author: "kim" })];
      },
    } as never,
    now: () => world.now,
  });
  return { ask: () => of.of(room, state), say, world, reads };
}

const texts = (publications: readonly { data: { text?: unknown } }[]) => publications.map(({ data }) => data.text);

describe("what is pinned", () => {
  test("[N5] comes with its words, in the order in which it was pinned, read once for all who ask", async () => {
    const { ask, reads, world } = pinned(3, 1);
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    for (const answer of answers) expect(texts(answer)).toEqual(["#3", "#1"]);
    expect(answers[0]?.[0]).toMatchObject({ offset: 3, info: { user: "kim" }, tags: { type: "posted", id: "id-3" } });
    expect(reads).toEqual([3, 1]);
    world.now += limits.pinnedFreshMs;
    await ask();
    expect(reads).toEqual([3, 1, 3, 1]);
  });

  test("[N5] reads as it does now, whatever was read before", async () => {
    const { ask, say, reads } = pinned(3, 1);
    await ask();
    say("edited", { offset: 3, data: { text: "better" } });
    expect(texts(await ask())).toEqual(["better", "#1"]);
    say("deleted", { offset: 1, user: "kim" });
    expect(texts(await ask())).toEqual(["better"]);
    expect(reads).toEqual([3, 1]);
  });

  test("[N5] does not hold what came in the same read", async () => {
    const { ask, world } = pinned(3);
    const reads: WeakRef<ArrayBuffer>[] = [];
    const recent = () => {
      const line = lineAt(3);
      const read = new ArrayBuffer(64 * 1024);
      reads.push(new WeakRef(read));
      new Uint8Array(read).set(line.line, 100);
      return [{ ...line, line: new Uint8Array(read, 100, line.line.length) }];
    };
    world.feed = { live: true, recent };
    expect(texts(await ask())).toEqual(["#3"]);
    await collectGarbage();
    expect(texts(await ask())).toEqual(["#3"]);
    expect(reads.map((read) => read.deref())).toEqual([undefined]);
  });

  test("[N5] is taken from what the gateway has of the room, if it has it", async () => {
    const { ask, reads, world } = pinned(3);
    world.feed = { live: true, recent: () => [lineAt(3, { data: { text: "here" } })] };
    expect(texts(await ask())).toEqual(["here"]);
    expect(reads).toEqual([]);
  });

  test("[N5] is left out while it cannot be read, or where nobody has it any more; the others come all the same", async () => {
    const { ask, world } = pinned(3, 60);
    expect(texts(await ask())).toEqual(["#3"]);
    world.now += limits.pinnedFreshMs;
    world.away = true;
    expect(await ask()).toEqual([]);
    world.now += limits.pinnedFreshMs;
    world.away = false;
    expect(texts(await ask())).toEqual(["#3"]);
  });
});
