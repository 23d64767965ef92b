import { type HistoryPage, MalformedBatch, RoomId } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { describe, expect, test } from "vitest";
import { type AuditNews, type AuditOptions, audit, auditAll, noFindings } from "./audit.ts";
import { readEvent } from "./record-reader.ts";
import { entryOf, rangeOf } from "./test-log.ts";

const room = RoomId.parse("live:audited");

describe("the audit of log against store", () => {
  test("[L3] compares a room again when it has moved, when it was wrong, and after an hour; and rests for 20 times what a room took, or after a page of none", async () => {
    const lines = rangeOf(1, 3).map(entryOf);
    const findings = noFindings();
    const rests: number[] = [];
    let now = 0;
    let head = 2;
    let right = true;
    let looks = 0;
    const round = async () => {
      looks = 0;
      await auditAll(
        {
          store: {
            rooms: async () => new Map([[room, { epoch: "e1", offset: head }]]),
            lines: async () => (right ? lines.slice(0, head).map(readEvent) : []),
          },
          log: {
            page: async ({ from }) => {
              looks++;
              now += 30;
              return { from, lines: lines.slice(0, head) };
            },
          },
          now: () => now,
          sleep: async (ms) => void rests.push(ms),
          report: () => {},
        },
        findings,
        new AbortController().signal,
      );
      return looks;
    };
    expect(await round()).toBe(1);
    expect(rests).toEqual([600]);
    expect(await round()).toBe(0);
    expect(rests).toEqual([600, 50]);
    head = 3;
    expect(await round()).toBe(1);
    now += 3_600_000;
    right = false;
    // Once more, since it seemed wrong.
    expect([await round(), await round()]).toEqual([2, 2]);
    right = true;
    expect([await round(), await round()]).toEqual([1, 0]);
  });

  test("[L3] tells each mismatch, and counts its rows", async () => {
    const { news } = await auditRounds({
      rooms: async () => new Map([[room, { epoch: "e1", offset: 3 }]]),
      page: async () => ({ from: 1, lines: rangeOf(1, 3).map(entryOf) }),
      until: "round",
    });
    expect(news).toEqual([
      { kind: "mismatch", mismatch: { room, what: "missing", from: 2, to: 3 } },
      { kind: "round", figures: { ...noFindings().sum, rounds: 1, rooms: 1, events: 3, missing: 2 } },
    ]);
  });

  test("[L3] goes past a room that cannot be compared, names it, and counts it", async () => {
    const [broken, sound] = [RoomId.parse("live:broken"), RoomId.parse("live:sound")];
    const error = new MalformedBatch("poison");
    const { news } = await auditRounds({
      rooms: async () => new Map([broken, sound].map((id) => [id, { epoch: "e1", offset: 1 }])),
      page: async (id) => {
        if (id === broken) throw error;
        return { from: 1, lines: [entryOf(1)] };
      },
      until: "round",
    });
    const figures = { ...noFindings().sum, rounds: 1, rooms: 1, events: 1, unread: 1 };
    expect(news).toEqual([
      { kind: "unread", room: broken, error },
      { kind: "round", figures },
    ]);
  });

  test("[L3] keeps the sums of a round that broke off", async () => {
    let pages = 0;
    const { news } = await auditRounds({
      rooms: async () => new Map(["live:one", "live:two"].map((id) => [RoomId.parse(id), { epoch: "e1", offset: 1 }])),
      page: async () => {
        if (++pages === 2) throw new LogUnavailable("away");
        return { from: 1, lines: [entryOf(1)] };
      },
      until: "round",
    });
    expect(news).toMatchObject([
      { kind: "waits" },
      { kind: "goes-on" },
      { kind: "round", figures: { ...noFindings().sum, rounds: 1, rooms: 2, events: 2 } },
    ]);
  });

  test("[L3] goes on after the log or the store was away", async () => {
    const stop = new AbortController();
    const kinds: string[] = [];
    await audit(
      {
        store: {
          rooms: async () => {
            if (kinds.length === 0) throw new Error("away");
            return new Map();
          },
          lines: async () => [],
        },
        log: { page: async () => undefined },
        now: () => 0,
        sleep: async () => {},
        report: ({ kind }) => {
          kinds.push(kind);
          if (kinds.length === 3) stop.abort();
        },
      },
      stop.signal,
    );
    expect(kinds).toEqual(["waits", "goes-on", "round"]);
  });
});

/** What is reported until the first news of a kind. */
async function auditRounds(given: {
  rooms: AuditOptions["store"]["rooms"];
  page: (room: RoomId) => Promise<HistoryPage>;
  until: string;
}) {
  const stop = new AbortController();
  const news: AuditNews[] = [];
  const store = { rooms: given.rooms, lines: async () => [readEvent(entryOf(1))] };
  const report = (one: AuditNews) => {
    news.push(one);
    if (one.kind === given.until) stop.abort();
  };
  await audit({ store, log: { page: ({ room }) => given.page(room) }, now: () => 0, sleep: async () => {}, report }, stop.signal);
  return { news };
}
