/**
 * From the log into the tables: a private nats-server is filled first, and then the persistence service, as a process of its own, follows
 * it into a private MariaDB or MySQL. Figures are rows a second, how late its event loop was, and who used the processors.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Bus } from "@madang/bus";
import { encodeBatch, eventEntry, MessageId, RoomId, shardOf, UserId } from "@madang/contracts";
import { cuttable, eventually, type TestNats, testDatabase, testNats } from "@madang/devkit";
import { JetStreamRecordStore, openLog } from "@madang/log";
import { openStore } from "@madang/persistence";
import type { LoopDelay } from "./service-vitals.ts";

export type StoreCase =
  /** A log that was filled before anybody read it. */
  | { kind: "catch-up"; rooms: number; eventsPerBatch: number; events: number }
  /** Comments one by one, at an even pace. */
  | { kind: "steady"; rooms: number; perSecond: number; seconds: number }
  /** The same, while the database is away; then how long until nothing is left. */
  | { kind: "outage"; rooms: number; perSecond: number; seconds: number }
  /** Nobody writes. The audit looks at everything a minute after the start. */
  | { kind: "idle"; rooms: number; events: number; afterSeconds: number; seconds: number };

export type StoreFigures = { readonly [figure: string]: number };

export interface StoreOptions {
  /** The checkout whose persistence service is measured. */
  project: string;
  /** Where it leaves its CPU profile. */
  profileDirectory?: string | undefined;
}

const logBytes = 8 * 1024 ** 3;
/** Appends on their way while a log is filled. */
const fillWindow = 512;
const pollMs = 100;

/** One case with everything of its own. Needs devkit's `shareDatabaseServer` to run. @throws when rows are not what the log has */
export async function measureStore(what: StoreCase, options: StoreOptions): Promise<StoreFigures> {
  await using site = await startSite(options);
  switch (what.kind) {
    case "catch-up":
      return await catchUp(site, what);
    case "steady":
      return await steady(site, what);
    case "outage":
      return await outage(site, what);
    case "idle":
      return await idle(site, what);
    default:
      return what satisfies never;
  }
}

async function catchUp(
  site: StoreSite,
  { rooms, eventsPerBatch, events }: StoreCase & { kind: "catch-up" },
): Promise<StoreFigures> {
  const each = roomsOf(rooms);
  await site.writer.fill(each, { events, eventsPerBatch });
  const service = await site.start();
  const first = await site.storedBeyond(0);
  service.beginDelay();
  const stop = site.meter(service);
  await site.storedBeyond(events - 1);
  const { seconds, cores } = stop();
  const delay = await service.endDelay();
  await site.check(each);
  const rows = events - first;
  const cpuUs = (of: string) => ((cores[of] ?? Number.NaN) * seconds * 1e6) / rows;
  return {
    rowsPerS: rows / seconds,
    ...delay,
    persistenceCpuUsPerRow: cpuUs("persistence"),
    databaseCpuUsPerRow: cpuUs("database"),
    natsCpuUsPerRow: cpuUs("nats"),
  };
}

async function steady(site: StoreSite, { rooms, perSecond, seconds }: StoreCase & { kind: "steady" }): Promise<StoreFigures> {
  const each = roomsOf(rooms);
  const service = await site.start();
  await site.writer.pace(each, { perSecond, seconds: 2 });
  service.beginDelay();
  const stop = site.meter(service);
  const sent = await site.writer.pace(each, { perSecond, seconds });
  const { cores } = stop();
  const delay = await service.endDelay();
  await site.storedBeyond(sent - 1);
  await site.check(each);
  return { ...delay, ...coresOf(cores) };
}

async function outage(site: StoreSite, { rooms, perSecond, seconds }: StoreCase & { kind: "outage" }): Promise<StoreFigures> {
  const each = roomsOf(rooms);
  const service = await site.start({ byRoad: true });
  await site.storedBeyond((await site.writer.pace(each, { perSecond, seconds: 2 })) - 1);
  site.road.cut();
  const sent = await site.writer.pace(each, { perSecond, seconds });
  site.road.mend();
  service.beginDelay();
  const since = performance.now();
  // Senders go on, as they would.
  let over = false;
  const sending = (async () => {
    while (!over) await site.writer.pace(each, { perSecond, seconds: 0.2 });
  })();
  await site.storedBeyond(sent - 1);
  const backAfterS = (performance.now() - since) / 1000;
  // Level with those who write meanwhile.
  await eventually(
    async () => {
      if ((await site.stored()) < site.writer.sent - perSecond) throw new Error("not yet");
    },
    { withinMs: 120_000, everyMs: pollMs },
  );
  const levelAfterS = (performance.now() - since) / 1000;
  const delay = await service.endDelay();
  over = true;
  await sending;
  await site.storedBeyond(site.writer.sent - 1);
  await site.check(each);
  return { backAfterS, levelAfterS, ...delay };
}

async function idle(
  site: StoreSite,
  { rooms, events, afterSeconds, seconds }: StoreCase & { kind: "idle" },
): Promise<StoreFigures> {
  const service = await site.start();
  const began = performance.now();
  await site.writer.fill(roomsOf(rooms), { events, eventsPerBatch: 5 });
  await site.storedBeyond(events - 1);
  await sleep(began + afterSeconds * 1000 - performance.now());
  const stop = site.meter(service);
  await sleep(seconds * 1000);
  return coresOf(stop().cores);
}

const coresOf = (cores: { [name: string]: number }) =>
  Object.fromEntries(Object.entries(cores).map(([name, value]) => [`${name}Cores`, value]));

type StoreSite = Awaited<ReturnType<typeof startSite>>;

async function startSite({ project, profileDirectory }: StoreOptions) {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await testNats({ maxFileBytes: logBytes + 1024 ** 3 }));
  const database = stack.use(await testDatabase());
  const bus = await Bus.connect({ url: nats.url, name: "bench", onHandlerError: () => {} });
  stack.defer(() => bus.close());
  await openLog(bus.connection, { replicas: 1, maxBytes: logBytes });
  const writer = new Writer(await JetStreamRecordStore.open(bus.connection));
  const port = Number(new URL(database.url).port);
  const road = stack.use(await cuttable(() => port));
  const store = await openStore(database.url);
  stack.defer(() => store.close());
  const stored = async () => {
    let sum = 0;
    for (let page = await store.rooms({ after: undefined, atMost: 500 }); page.size > 0; ) {
      for (const { offset } of page.values()) sum += offset;
      const after = [...page.keys()].at(-1);
      page = page.size < 500 ? new Map() : await store.rooms({ after, atMost: 500 });
    }
    return sum;
  };
  // The way past it costs this process time, and packets their own.
  const roadUrl = new URL(database.url);
  roadUrl.port = String(road.port);
  const owned = stack.move();
  return {
    writer,
    road,
    stored,
    start: async ({ byRoad = false } = {}) => {
      const databaseUrl = byRoad ? roadUrl.href : database.url;
      const service = await startService({ project, profileDirectory, nats, databaseUrl });
      owned.defer(() => service.stop());
      return service;
    },
    storedBeyond: async (count: number) => {
      let sum = 0;
      await eventually(
        async () => {
          sum = await stored();
          if (sum <= count) throw new Error(`${sum} are stored`);
        },
        { withinMs: 300_000, everyMs: pollMs },
      );
      return sum;
    },
    meter: (service: Service) => meter({ persistence: service.pid, nats: nats.pid, database: serverOn(port) }),
    /** The newest rows of each room are there, and are comments. */
    check: async (rooms: readonly RoomId[]) => {
      const heads = await store.heads(rooms);
      for (const room of rooms) {
        const to = heads.get(room)?.offset ?? 0;
        if (to !== writer.head(room)) throw new Error(`${room} is stored up to ${to} of ${writer.head(room)}`);
        const from = Math.max(1, to - 499);
        const lines = await store.lines(room, { from, to });
        if (lines.length !== to - from + 1 || !lines.every(({ line, offset }) => line === lineOf(offset)))
          throw new Error(`the rows of ${room} are not what was written`);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Writes in the place of rooms, and alone: so it knows every sequence before it is given, and never waits for one append. */
class Writer {
  readonly #records: JetStreamRecordStore;
  readonly #sequences = new Map<number, number>();
  readonly #rooms = new Map<RoomId, { head: number; last: number; batches: number }>();
  #sent = 0;

  constructor(records: JetStreamRecordStore) {
    this.#records = records;
  }

  /** Events so far. */
  get sent(): number {
    return this.#sent;
  }

  head(room: RoomId): number {
    return this.#rooms.get(room)?.head ?? 0;
  }

  async fill(rooms: readonly RoomId[], { events, eventsPerBatch }: { events: number; eventsPerBatch: number }): Promise<void> {
    const underWay = new Set<Promise<void>>();
    for (let written = 0, turn = 0; written < events; turn++) {
      const room = rooms[turn % rooms.length] as RoomId;
      const count = Math.min(eventsPerBatch, events - written);
      const appending = this.#append(room, count).then(() => void underWay.delete(appending));
      // Whoever waits hears of it; the others that fail with it are no news.
      appending.catch(() => {});
      underWay.add(appending);
      written += count;
      if (underWay.size >= fillWindow) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  /** Answers how many events there are then. */
  async pace(rooms: readonly RoomId[], { perSecond, seconds }: { perSecond: number; seconds: number }): Promise<number> {
    const began = performance.now();
    const appending: Promise<void>[] = [];
    for (let n = 0; n < perSecond * seconds; n++) {
      const due = began + (n * 1000) / perSecond;
      if (due > performance.now()) await sleep(due - performance.now());
      appending.push(this.#append(rooms[n % rooms.length] as RoomId, 1));
    }
    await Promise.all(appending);
    return this.#sent;
  }

  async #append(room: RoomId, count: number): Promise<void> {
    const shard = shardOf(room);
    const at = this.#rooms.get(room) ?? { head: 0, last: 0, batches: 0 };
    const sequence = (this.#sequences.get(shard) ?? 0) + 1;
    this.#sequences.set(shard, sequence);
    const entries = Array.from({ length: count }, (_, n) => eventEntry(eventOf(at.head + n + 1)));
    const next = { head: at.head + count, last: sequence, batches: at.batches + 1 };
    this.#rooms.set(room, next);
    this.#sent += count;
    const body = encodeBatch({ epoch: "bench", head: next.head, time, entries });
    const stored = await this.#records.append(room, { generation: 1, batchId: String(next.batches), body }, at.last);
    if (stored !== sequence) throw new Error(`${room} was stored at ${stored} in place of ${sequence}: somebody else writes`);
  }
}

const time = 1_700_000_000_000;
const lineOf = (offset: number) => JSON.stringify(eventOf(offset));
/** As long as comments are: a line of some 400 bytes. */
function eventOf(offset: number) {
  const text = `comment ${offset}: 오늘 공연 정말 최고예요! It's "the best" of the year 🎉 앵콜 앵콜`;
  return {
    data: { text, style: { color: "#3366ff", badge: "vip", level: offset % 50 }, sentAt: time + offset },
    info: { user: UserId.parse(`user-${offset % 1000}`), client: "0f8fad5b-d9cb-469f-a165-70867728950e" as never },
    offset,
    tags: { type: "posted" as const, id: MessageId.parse(`message-${offset}-d9cb469f`), time: String(time + offset) },
  };
}

const roomsOf = (count: number) => Array.from({ length: count }, (_, n) => RoomId.parse(`live:room-${n}`));

interface Service {
  readonly pid: number;
  beginDelay(): void;
  endDelay(): Promise<LoopDelay & StoreFigures>;
  stop(): Promise<void>;
}

async function startService(at: StoreOptions & { nats: TestNats; databaseUrl: string }): Promise<Service> {
  const { PATH = "", HOME = "" } = process.env;
  const profiling = at.profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${at.profileDirectory}`];
  const preload = ["--import", join(import.meta.dirname, "service-vitals.ts")];
  const child = spawn(process.execPath, [...profiling, ...preload, join(at.project, "services/persistence/src/main.ts")], {
    cwd: at.nats.directory,
    env: { PATH, HOME, NATS_URL: at.nats.url, DATABASE_URL: at.databaseUrl, MADANG_HEALTH_PORT: "0" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-20_000);
  });
  await eventually(
    () => {
      if (!said.includes('"msg":"ready"')) throw new Error(`persistence does not start: ${said}`);
    },
    { withinMs: 30_000 },
  );
  return {
    pid: child.pid ?? 0,
    beginDelay: () => void child.send("begin"),
    endDelay: async () => {
      const answer = once(child, "message");
      child.send("end");
      return (await answer)[0];
    },
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  const impatience = setTimeout(() => child.kill("SIGKILL"), 15_000);
  child.kill("SIGTERM");
  await exited;
  clearTimeout(impatience);
}

/** Processors' worth of time, by the operating system's account: of these processes and of this one. */
function meter(pids: { [name: string]: number | undefined }) {
  const began = performance.now();
  const own = process.cpuUsage();
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, secondsOf(pid)] as const);
  return () => {
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(own);
    const cores: { [name: string]: number } = { bench: (user + system) / 1e6 / seconds };
    for (const [name, pid, then] of before) cores[name] = (secondsOf(pid) - then) / seconds;
    return { seconds, cores };
  };
}

/** NaN where there is no /proc. */
function secondsOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything, so fields are counted from behind it. USER_HZ is 100 on every Linux.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** The database server of devkit, by the port on its command line. */
function serverOn(port: number): number | undefined {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    // The leash in front of it has the same words behind its own.
    return pids.map(Number).find((pid) => {
      const [program = "", ...words] = commandOf(pid);
      return /(?:mariadbd|mysqld)$/.test(program) && words.includes(`--port=${port}`);
    });
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // It ended while we looked.
  }
}
