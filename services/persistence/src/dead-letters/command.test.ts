import { LeaseBucket, Membership } from "@madang/bus";
import {
  type Author,
  decodeJson,
  type EventEntry,
  encodeJson,
  MessageId,
  newMemberId,
  RoomCommand,
  type RoomId,
  RoomId as RoomIds,
  type RoomReply,
  shardOf,
  subjects,
} from "@madang/contracts";
import { eventually, testDatabase, testNats } from "@madang/devkit";
import { JetStreamShardReader } from "@madang/log";
import { type Environment, pause } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { Projector } from "../projector.ts";
import type { MessageStore } from "../store/message-store.ts";
import { openStore } from "../store/open-store.ts";
import { type BatchOptions, batchOf, lineOf, linesOf, testLog } from "../test-log.ts";
import { runDeadLetters } from "./command.ts";

const room: RoomId = RoomIds.parse("live:letters");

describe.each(["SQLite", "MySQL"])("dead letters beside %s", (kind) => {
  test("[L6] an event that the store refused takes its place once the store takes it, and its letter is gone", async () => {
    await using site = await setUp(kind);
    await site.append([1, 2]);
    await site.append([3, 4, 5]);
    await site.project((offset) => offset === 4);
    expect(await site.types()).toEqual(["posted", "posted", "posted", "lost", "posted"]);

    expect((await site.run("list")).out).toMatch(/^1 {2}\S+ {2}projector {2}live:letters {2}4 {2}refused\n$/);
    expect((await site.run("show", "1")).out).toContain(lineOf(4));
    expect(await site.run("replay", "1")).toMatchObject({ code: 0, out: "1 done: stored in live:letters at 4\n" });
    expect(await site.lines()).toEqual(linesOf(1, 5));
    expect(await site.run("list")).toEqual({ code: 0, out: "", error: "no dead letters\n" });
    expect(await site.run("replay", "1")).toMatchObject({ code: 1, error: "There is no dead letter 1.\n" });
    await site.letters.remove(1);
    // What is in its place is never written over, and trying again costs nothing.
    await site.project();
    expect(await site.lines()).toEqual(linesOf(1, 5));
  });

  test("[L6] what fails again stays, with the reason, and the others are done", async () => {
    await using site = await setUp(kind);
    await site.append([1, 2, 3], (entry) => (entry.offset === 2 ? { ...entry, line: Buffer.from('{"half":') } : entry));
    await site.append([4]);
    await site.project((offset) => offset === 3);
    const all = await site.run("replay", "--all");
    expect(all).toMatchObject({ code: 1, error: "1 stays: it is not JSON\n" });
    expect(all.out).toBe("2 done: stored in live:letters at 3\n1 done, 1 stay\n");
    expect(await site.types()).toEqual(["posted", "lost", "posted", "posted"]);
    expect((await site.run("list")).out).toContain("it is not JSON");
  });

  test("[L6] a whole record that a later version can read takes its places, also at the very end of a room", async () => {
    await using site = await setUp(kind);
    await site.append([1, 2]);
    await site.append(Buffer.from("of a later version"));
    await site.append([5]);
    await site.append(Buffer.from("of a later version, too"));
    await site.project();
    expect(await site.types()).toEqual(["posted", "posted", "lost", "lost", "posted"]);
    expect(await site.run("replay", "--all")).toMatchObject({ code: 1, out: "0 done, 2 stay\n" });

    // The same letters before the eyes of a version that reads them: the later one first, which has to wait.
    for (const id of [1, 2]) await site.letters.remove(id);
    const record = (offsets: number[]) => ({ source: "projector", room, reason: "version 2", body: batchOf(offsets) }) as const;
    await site.letters.add(record([8]));
    await site.letters.add(record([6, 7]));
    await site.letters.add(record([3, 4]));
    expect(await site.run("replay", "--all")).toMatchObject({
      code: 1,
      error: "3 stays: the room is stored up to 5 only: what comes before goes first\n",
    });
    expect(await site.run("replay", "3")).toMatchObject({ code: 0, out: "3 done: stored in live:letters at 8\n" });
    expect(await site.lines()).toEqual(linesOf(1, 8));
    expect((await site.store.heads([room])).get(room)?.offset).toBe(8);
  });

  test("[L6] an event that comes late is for whom it was, and does what it did", async () => {
    await using site = await setUp(kind);
    const deletion = { data: { offset: 1 }, offset: 3, tags: { type: "deleted", id: "d", time: "1" } };
    const change = (entry: EventEntry): EventEntry => {
      if (entry.offset === 2) return { ...entry, lane: "shadow", mentions: ["bea"] };
      if (entry.offset !== 3) return entry;
      return { ...entry, type: "deleted", author: "", line: Buffer.from(JSON.stringify(deletion)) };
    };
    await site.append([1, 2, 3], change);
    await site.project((offset) => offset > 1, "all");
    const state = async () => ({
      lanes: (await site.store.lines(room, { from: 1, to: 9 })).map(({ lane, mentions }) => [lane, ...mentions].join(" ")),
      deleted: (await site.store.changes(room, { from: 1, to: 9, users: [] })).messages.map(({ offset }) => offset),
    });
    expect(await state()).toEqual({ lanes: ["all", "all", "all"], deleted: [] });
    expect((await site.run("replay", "--all")).code).toBe(0);
    expect(await state()).toEqual({ lanes: ["all", "shadow bea", "all"], deleted: [1] });
  });

  test("no letter takes the place of a stored event", async () => {
    await using site = await setUp(kind);
    await site.append([1, 2]);
    await site.project();
    const letter = { source: "projector", room, reason: "?", type: "posted", author: "ann" } as const;
    await site.letters.add({ ...letter, offset: 2, body: Buffer.from(lineOf(2, { text: "another" })) });
    await site.letters.add({ ...letter, offset: 9, body: Buffer.from(lineOf(9)) });
    await site.letters.add({ ...letter, room: "no room", offset: 1, body: Buffer.from(lineOf(1)) });
    await site.letters.add({ ...letter, offset: 1, body: new Uint8Array(600_000) });
    expect(await site.run("replay", "--all")).toMatchObject({
      code: 1,
      error: [
        "1 stays: at 2 another event is stored",
        "2 stays: the room is stored up to 2 only",
        "3 stays: it names no room",
        "4 stays: it was too long, and only its beginning was kept",
        "",
      ].join("\n"),
    });
    expect(await site.lines()).toEqual([lineOf(1), lineOf(2)]);
  });
});

describe("dead letters of rooms", () => {
  const command = { v: 1, command: "send", author: "ann" as Author, id: MessageId.parse("m1"), data: { text: "hi" } } as const;
  const letter = { source: "room", room, reason: "a bug", body: encodeJson(command) } as const;

  test("are put before the room's owner again, and go when it has stored them", async () => {
    await using site = await setUp("SQLite");
    await site.letters.add(letter);
    await using owner = await site.owner({ v: 1, kind: "committed", offset: 5, epoch: "e1", duplicate: false });
    expect(await site.run("replay", "1")).toMatchObject({ code: 0, out: "1 done: committed: live:letters at 5\n" });
    expect(owner.heard).toEqual([command]);
    expect(await site.letters.at(1)).toBeUndefined();
  });

  test("stay while the owner refuses them, or nobody is there, or what they hold is no command", async () => {
    await using site = await setUp("SQLite");
    await site.letters.add(letter);
    expect(await site.run("replay", "1")).toMatchObject({ code: 1, error: "1 stays: nobody takes it for live:letters\n" });
    await using _ = await site.owner({
      v: 1,
      kind: "refused",
      refusal: { code: 100, message: "internal server error", temporary: true },
    });
    expect(await site.run("replay", "1")).toMatchObject({
      code: 1,
      error: "1 stays: live:letters refuses it: internal server error\n",
    });
    await site.letters.add({ ...letter, body: Buffer.from("{}") });
    expect((await site.run("replay", "2")).error).toBe("2 stays: it is no command that this version knows\n");
    expect((await site.letters.newest({ atMost: 9 })).map(({ id }) => id)).toEqual([2, 1]);
  });
});

describe("the command", () => {
  test.each([[[]], [["list", "x"]], [["show"]], [["show", "0"]], [["replay"]], [["replay", "all"]], [["drop", "1"]]])(
    "%j is answered with how it is used",
    async (args) => {
      const { code, error } = await captured(args, {});
      expect(code).toBe(1);
      expect(error).toMatch(/^usage: /);
    },
  );

  test("says in a sentence what is missing", async () => {
    expect(await captured(["list"], {})).toEqual({
      code: 1,
      out: "",
      error: "The settings are wrong. NATS_URL is not set; DATABASE_URL is not set.\n",
    });
    const away = { NATS_URL: "nats://127.0.0.1:1", DATABASE_URL: "file::memory:" };
    expect((await captured(["list"], away)).error).toMatch(/^NATS at 127.0.0.1:1 does not answer .*\n$/);
  });

  test("says that there are no letters beside an empty list", async () => {
    await using site = await setUp("SQLite");
    expect(await site.run("list")).toEqual({ code: 0, out: "", error: "no dead letters\n" });
    await site.letters.add({ source: "room", room, reason: "a bug", body: new Uint8Array() });
    expect(await site.run("list", "--before", "1")).toEqual({ code: 0, out: "", error: "no dead letters before 1\n" });
    expect((await site.run("list")).error).toBe("");
  });

  test("lists the newest, and says how to see those before", async () => {
    await using site = await setUp("SQLite");
    for (let n = 1; n <= 52; n++) await site.letters.add({ source: "room", room, reason: `reason ${n}`, body: new Uint8Array() });
    const { out, error } = await site.run("list");
    expect(out.split("\n")).toHaveLength(51);
    expect(out).toMatch(/^52 /);
    expect(error).toBe("older ones: list --before 3\n");
    expect((await site.run("list", "--before", "3")).out).toMatch(/^2 .*\n1 .*\n$/);
  });
});

/** A log, a store, and the letters between them. */
async function setUp(kind: string) {
  const nats = await testNats();
  const database = kind === "MySQL" ? await testDatabase() : undefined;
  const databaseUrl = database?.url ?? `file:${nats.directory}/store.db`;
  const log = await testLog(nats.url);
  const { bus, epoch, letters } = log;
  const store = await openStore(databaseUrl);
  const stored = () => store.lines(room, { from: 1, to: 1_000 });
  return {
    store,
    letters,
    append: (what: readonly number[] | Uint8Array, change?: BatchOptions["change"]) =>
      log.append(room, what instanceof Uint8Array ? what : batchOf(what as readonly number[], change ? { change } : {})),
    /** Follows the log to its end, with a store that refuses some events. */
    project: async (refuses: (offset: number) => boolean = () => false, which: "messages" | "all" = "messages") => {
      const reader = new JetStreamShardReader(bus.connection, { shard: shardOf(room), after: 0 });
      const apply: MessageStore["apply"] = async (appends, position) => {
        if (
          appends.some(({ events }) =>
            events.some(({ offset, type }) => type !== "lost" && (which === "all" || type === "posted") && refuses(offset)),
          )
        )
          throw new Error("refused");
        await store.apply(appends, position);
      };
      const given = new Proxy(store, {
        get: (target, name) => (name === "apply" ? apply : Reflect.get(target, name).bind(target)),
      });
      const stop = new AbortController();
      const bury = letters.add.bind(letters);
      const running = new Projector({
        reader,
        store: given,
        epoch,
        bury,
        report: () => {},
        now: () => performance.now(),
        sleep: pause,
        random: Math.random,
      }).run(stop.signal);
      await eventually(async () => expect(await reader.lag()).toBe(0));
      stop.abort();
      await running;
      await reader.close();
    },
    lines: async () => (await stored()).map(({ line }) => line),
    types: async () => (await stored()).map(({ line }) => JSON.parse(line).tags.type),
    run: (...args: string[]) => captured(args, { NATS_URL: nats.url, DATABASE_URL: databaseUrl }),
    /** A room service that gives one answer to all. */
    owner: async (reply: RoomReply) => {
      const member = newMemberId("room");
      const heard: RoomCommand[] = [];
      const subscription = bus.subscribe(subjects.commandsTo(member), (message) => {
        heard.push(decodeJson(RoomCommand, message.data));
        message.respond(encodeJson(reply));
      });
      const bucket = new LeaseBucket(bus, { replicas: 1 });
      const membership = await Membership.join({ bus, bucket, self: { kind: "room", member } });
      const leave = async () => {
        subscription.close();
        await membership.leave();
      };
      return { heard, [Symbol.asyncDispose]: leave };
    },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await log[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}

/** What a person sees of it. */
async function captured(args: string[], environment: Environment) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runDeadLetters(args, environment, { out: (text) => out.push(text), error: (text) => error.push(text) });
  return { code, out: out.join(""), error: error.join("") };
}
