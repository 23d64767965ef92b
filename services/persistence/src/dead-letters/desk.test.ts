import { decodeJson, encodeJson, type LettersQuery, LettersReply, limits, RoomId } from "@madang/contracts";
import { fuzz, jsonBytesNear } from "@madang/devkit";
import { type DeadLetter, type KeptLetter, LogUnavailable } from "@madang/log";
import { describe, expect, test, vi } from "vitest";
import { StoreUnavailable } from "../store/message-store.ts";
import { lineOf } from "../test-log.ts";
import { LettersDesk } from "./desk.ts";

const room = RoomId.parse("live:letters");

const event = (offset: number): DeadLetter => ({
  source: "projector",
  room,
  reason: "refused",
  ...{ sequence: offset, offset, type: "posted", author: "ann", body: Buffer.from(lineOf(offset)) },
});

/** A desk with these letters, and a store that takes whatever replaces a lost row, or fails as told. */
function desk(kept: (DeadLetter | undefined)[], trouble: { log?: Error; store?: Error } = {}) {
  const all = new Map<number, KeptLetter>(
    kept.map((letter, index) => [index + 1, { id: index + 1, time: 1_000 + index, letter }]),
  );
  const stored = new Map<number, string>();
  const letters = {
    newest: async ({ before = Number.POSITIVE_INFINITY, atMost }: { before?: number | undefined; atMost: number }) => {
      if (trouble.log !== undefined) throw trouble.log;
      return [...all.values()]
        .filter(({ id }) => id < before)
        .reverse()
        .slice(0, atMost);
    },
    at: async (id: number) => {
      if (trouble.log !== undefined) throw trouble.log;
      return [...all.values()].find((letter) => letter.id >= id);
    },
    remove: async (id: number) => void all.delete(id),
  };
  const store = {
    heads: async () => {
      if (trouble.store !== undefined) throw trouble.store;
      return new Map([[room, { epoch: "e", offset: 9 }]]);
    },
    apply: async () => {},
    replaceLost: async (_: RoomId, events: { offset: number; line: string }[]) => {
      for (const { offset, line } of events) stored.set(offset, line);
    },
    lines: async () => [...stored].map(([offset, line]) => ({ offset, line })),
  };
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const here = new LettersDesk({ letters, store: store as never, logger });
  const bytes = async (data: Uint8Array): Promise<LettersReply[]> => {
    const said: LettersReply[] = [];
    await here.handle({ data, respond: (answer: Uint8Array) => void said.push(decodeJson(LettersReply, answer)) } as never);
    return said;
  };
  const ask = async (query: LettersQuery extends infer Q ? (Q extends { v: 1 } ? Omit<Q, "v"> : never) : never) =>
    (await bytes(encodeJson({ v: 1, ...query })))[0];
  return { ask, bytes, ids: () => [...all.keys()], logger };
}

describe("what operators ask about dead letters", () => {
  test("[O5] is listed page by page, the newest first, without what is in them", async () => {
    const { ask } = desk([event(1), undefined, event(3)]);
    const list = await ask({ ask: "list", limit: 2 });
    expect(list).toMatchObject({ kind: "list", letters: [{ id: 3, letter: { source: "projector", offset: 3 } }, { id: 2 }] });
    expect(JSON.stringify(list)).not.toContain("body");
    expect(await ask({ ask: "list", before: 2, limit: 2 })).toMatchObject({
      letters: [{ id: 1, letter: { reason: "refused" } }],
    });
  });

  test("[O6] is shown whole, as it was kept; one that is gone is not the next one", async () => {
    const { ask } = desk([event(1), undefined]);
    const body = Buffer.from(lineOf(1)).toString("base64");
    expect(await ask({ ask: "show", id: 1 })).toMatchObject({ kind: "letter", id: 1, letter: { v: 1, body } });
    expect(await ask({ ask: "show", id: 2 })).toEqual({ v: 1, kind: "letter", id: 2, time: 1_001 });
    await ask({ ask: "remove", id: 1, by: "user:olga" });
    expect(await ask({ ask: "show", id: 1 })).toEqual({ v: 1, kind: "none" });
  });

  test("[O7] is tried again: what takes its place is gone, and the rest stays; either is in the log with who wanted it", async () => {
    const { ask, ids, logger } = desk([event(1), undefined, event(99), { ...event(4), source: "room" }]);
    const replay = (id: number) => ask({ ask: "replay", id, by: "user:olga" });
    expect(await replay(1)).toEqual({ v: 1, kind: "tried", done: true, detail: `stored in ${room} at 1` });
    expect(await replay(2)).toMatchObject({ done: false, detail: "it is no letter that this version reads" });
    expect(await replay(3)).toMatchObject({ done: false, detail: "the room is stored up to 9 only" });
    expect(await replay(4)).toMatchObject({ done: false });
    expect(ids()).toEqual([2, 3, 4]);
    const told = logger.info.mock.calls.map(([fields]) => fields);
    expect(told.map(({ letter, by, done }) => [letter, by, done])).toEqual([
      [1, "user:olga", true],
      [2, "user:olga", false],
      [3, "user:olga", false],
      [4, "user:olga", false],
    ]);
  });

  test("[O7] stays where the store does not answer, or the log", async () => {
    const silent = desk([event(1)], { store: new StoreUnavailable("away") });
    expect(await silent.ask({ ask: "replay", id: 1, by: "user:olga" })).toEqual({ v: 1, kind: "unavailable" });
    expect(silent.ids()).toEqual([1]);
    const logless = desk([event(1)], { log: new LogUnavailable("away") });
    expect(await logless.ask({ ask: "list", limit: 5 })).toEqual({ v: 1, kind: "unavailable" });
    expect([silent.logger.error.mock.calls, logless.logger.error.mock.calls]).toEqual([[], []]);
  });

  test("is answered for so many at a time", async () => {
    const { ask } = desk([event(1)]);
    const all = await Promise.all(Array.from({ length: limits.operateLettersAtOnce + 2 }, () => ask({ ask: "show", id: 1 })));
    expect(all.map((reply) => reply?.kind).filter((kind) => kind === "unavailable")).toHaveLength(2);
    expect(await ask({ ask: "show", id: 1 })).toMatchObject({ kind: "letter" });
  });

  test("is answered once, whatever it is", async () => {
    const { bytes } = desk([event(1)]);
    const examples = [
      { v: 1, ask: "list", before: 5, limit: 5 },
      { v: 1, ask: "show", id: 1 },
      { v: 1, ask: "replay", id: 1, by: "x" },
    ];
    const check = async (data: Uint8Array) => {
      expect(await bytes(data)).toHaveLength(1);
    };
    await fuzz(jsonBytesNear(examples), check, { share: 0.2 });
  });
});
