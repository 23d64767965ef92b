import { type HistoryPage, MalformedBatch, RoomId, shardOf } from "@madang/contracts";
import { testDatabase, testNats } from "@madang/devkit";
import { JetStreamShardReader, LogUnavailable, openLog } from "@madang/log";
import { pause } from "@madang/runtime";
import { createConnection } from "mariadb";
import { describe, expect, test } from "vitest";
import { type AuditOptions, audit, auditAll, type Mismatch, noFindings, RoomNotCompared } from "./audit.ts";
import { Projector } from "./projector.ts";
import { connectionOptions, parseMysqlAddress } from "./store/mysql-address.ts";
import { openStore } from "./store/open-store.ts";
import { batchOf, lineOf, rangeOf, testLog } from "./test-log.ts";

const room = RoomId.parse("live:audited");

describe("the audit of log against store", () => {
  test("[L3] finds nothing where they are equal, and leaves out what is on its way", async () => {
    await using at = await setUp();
    await at.append(1, 600);
    await at.project();
    await at.append(601, 700);
    expect(await at.audit()).toEqual({ mismatches: [], figures: { ...noFindings().sum, rounds: 1, rooms: 1, events: 600 } });
  });

  test("[L3] finds rows that are missing or not what the log has, each by its kind and place", async () => {
    await using at = await setUp();
    await at.append(1, 600);
    await at.project();
    await at.tamper("DELETE FROM events WHERE `offset` IN (20, 21, 22, 400)");
    await at.tamper("UPDATE events SET line = REPLACE(line, 'message', 'Message') WHERE `offset` = 300");
    const { mismatches, figures } = await at.audit();
    expect(mismatches.toSorted((a, b) => a.from - b.from)).toEqual([
      { room, what: "missing", from: 20, to: 22 },
      { room, what: "different", from: 300, to: 300 },
      { room, what: "missing", from: 400, to: 400 },
    ]);
    expect(figures).toMatchObject({ missing: 4, different: 1, lost: 0 });
  });

  test("[L6] counts rows that stand for lost events apart", async () => {
    await using at = await setUp();
    await at.append(1, 10);
    await at.project((offset) => offset === 4);
    const { mismatches, figures } = await at.audit();
    expect(mismatches).toEqual([]);
    expect(figures).toMatchObject({ events: 10, lost: 1 });
  });

  test("[L3] looks twice, so that what was written between two readings is no finding", async () => {
    let looks = 0;
    const lines = rangeOf(1, 3).map((offset) => ({ offset, line: lineOf(offset) }));
    const mismatches: Mismatch[] = [];
    await auditAll(
      {
        store: {
          rooms: async () => new Map([[room, { epoch: "e1", offset: 3 }]]),
          lines: async () => (looks++ === 0 ? lines.slice(0, 2) : lines),
        },
        log: { page: async ({ from }) => ({ from, lines: lines.map(({ line }) => Buffer.from(line)) }) },
        now: () => 0,
        sleep: async () => {},
        report: (news) => news.kind === "mismatch" && void mismatches.push(news.mismatch),
      },
      noFindings(),
      new AbortController().signal,
    );
    expect({ looks, mismatches }).toEqual({ looks: 2, mismatches: [] });
  });

  test("[L3] compares a room again when it has moved, when it was wrong, and after an hour; and rests for 20 times what a room took", async () => {
    const lines = rangeOf(1, 3).map((offset) => ({ offset, line: lineOf(offset) }));
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
            lines: async () => (right ? lines.slice(0, head) : []),
          },
          log: {
            page: async ({ from }) => {
              looks++;
              now += 30;
              return { from, lines: lines.slice(0, head).map(({ line }) => Buffer.from(line)) };
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
    expect(rests).toEqual([600, 50]);
    expect(await round()).toBe(0);
    head = 3;
    expect(await round()).toBe(1);
    now += 3_600_000;
    right = false;
    // Once more, since it seemed wrong.
    expect([await round(), await round()]).toEqual([2, 2]);
    right = true;
    expect([await round(), await round()]).toEqual([1, 0]);
  });

  test("[L3] goes past a room that cannot be compared, names it, and counts it", async () => {
    const [broken, sound] = [RoomId.parse("live:broken"), RoomId.parse("live:sound")];
    const error = new MalformedBatch("poison");
    const { news } = await auditRounds({
      rooms: async () => new Map([broken, sound].map((id) => [id, { epoch: "e1", offset: 1 }])),
      page: async (id) => {
        if (id === broken) throw error;
        return { from: 1, lines: [Buffer.from(lineOf(1))] };
      },
      until: "round",
    });
    const figures = { ...noFindings().sum, rounds: 1, rooms: 1, events: 1, unread: 1 };
    expect(news).toEqual([
      { kind: "waits", error: new RoomNotCompared(broken, { cause: error }) },
      { kind: "round", figures },
    ]);
  });

  test("[L3] keeps the sums of a round that broke off", async () => {
    let pages = 0;
    const { news } = await auditRounds({
      rooms: async () => new Map(["live:one", "live:two"].map((id) => [RoomId.parse(id), { epoch: "e1", offset: 1 }])),
      page: async () => {
        if (++pages === 2) throw new LogUnavailable("away");
        return { from: 1, lines: [Buffer.from(lineOf(1))] };
      },
      until: "round",
    });
    expect(news).toMatchObject([
      { kind: "waits" },
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
          if (kinds.length === 2) stop.abort();
        },
      },
      stop.signal,
    );
    expect(kinds).toEqual(["waits", "round"]);
  });
});

/** What is reported until the first news of a kind. */
async function auditRounds(given: {
  rooms: AuditOptions["store"]["rooms"];
  page: (room: RoomId) => Promise<HistoryPage>;
  until: string;
}) {
  const stop = new AbortController();
  const news: Parameters<AuditOptions["report"]>[0][] = [];
  const store = { rooms: given.rooms, lines: async () => [{ offset: 1, line: lineOf(1) }] };
  const report: AuditOptions["report"] = (one) => {
    news.push(one);
    if (one.kind === given.until) stop.abort();
  };
  await audit({ store, log: { page: ({ room }) => given.page(room) }, now: () => 0, sleep: async () => {}, report }, stop.signal);
  return { news };
}

/** A real log and a real MariaDB or MySQL. */
async function setUp() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await testNats());
  const database = stack.use(await testDatabase());
  const written = stack.use(await testLog(nats.url));
  const { log } = await openLog(written.bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const store = await openStore(database.url);
  stack.defer(() => store.close());
  const owned = stack.move();
  return {
    append: async (from: number, to: number) => {
      for (let first = from; first <= to; first += 50)
        await written.append(room, batchOf(rangeOf(first, Math.min(to, first + 49))));
    },
    /** Follows the log to its end, with a store that refuses some events. */
    project: async (refuses: (offset: number) => boolean = () => false) => {
      const reader = new JetStreamShardReader(written.bus.connection, { shard: shardOf(room), after: 0 });
      const stop = new AbortController();
      const head = (await log.position(room)).offset;
      const picky: typeof store = Object.assign(Object.create(store), {
        apply: async (...[appends, position]: Parameters<typeof store.apply>) => {
          const refused = appends.some(({ events }) => events.some(({ offset, type }) => refuses(offset) && type !== "lost"));
          if (refused) throw new Error("refused");
          await store.apply(appends, position);
          if (((await store.heads([room])).get(room)?.offset ?? 0) >= head) stop.abort();
        },
        heads: store.heads.bind(store),
      });
      const { epoch, letters } = written;
      await new Projector({
        reader,
        store: picky,
        epoch,
        bury: letters.add.bind(letters),
        report: () => {},
        now: () => performance.now(),
        sleep: pause,
        random: Math.random,
      }).run(stop.signal);
      await reader.close();
    },
    tamper: async (statement: string) => {
      const connection = await createConnection(connectionOptions(parseMysqlAddress(database.url)));
      await connection.query(statement);
      await connection.end();
    },
    audit: async () => {
      const mismatches: Mismatch[] = [];
      const findings = noFindings();
      await auditAll(
        {
          store,
          log,
          now: () => 0,
          sleep: async () => {},
          report: (news) => news.kind === "mismatch" && void mismatches.push(news.mismatch),
        },
        findings,
        new AbortController().signal,
      );
      return { mismatches, figures: findings.sum };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
