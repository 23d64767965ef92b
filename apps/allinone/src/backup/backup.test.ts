import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bus } from "@madang/bus";
import { shardOf, streamName } from "@madang/contracts";
import { natsBinary, testNats } from "@madang/devkit";
import { openLog } from "@madang/log";
import { openStore } from "@madang/persistence";
import { describe, expect, test } from "vitest";
import { placesIn } from "../data-directory.ts";
import { Archive } from "./archive.ts";
import { backUp } from "./backup.ts";
import { catchUp } from "./catch-up.ts";
import { restoreDirectory } from "./restore-directory.ts";
import { connect, idsIn, room, write } from "./test-log.ts";

describe.concurrent("a backup that is made while everything goes on", { timeout: 60_000 }, () => {
  test("is whole, though log and store had more with each of its steps", async () => {
    await using place = await site();
    const { bus, settings, database, backup, target } = place;
    let comments = 10;
    const goOn = async () => {
      comments += 10;
      await write(bus, comments);
      await catchUp(bus, settings);
    };
    // Before the buckets, and between them and the log.
    const watched = ["KV_settings", "KV_blocks", streamName(shardOf(room))];
    const during = before(bus, (stream) => (watched.includes(stream) ? goOn() : undefined));
    await backUp({ bus: during, database, secrets: undefined }, backup);
    const archive = await Archive.open(backup);
    await restoreDirectory({ archive, directory: target, force: false, natsServer: natsBinary(), now: () => new Date() });
    // The log comes last, and all that it had then reaches the store.
    const ids = await idsIn(`file:${placesIn(target).database}`);
    expect(ids).toEqual(Array.from({ length: 40 }, (_, n) => `m${n + 1}`));
  });

  test("is none, if the log forgot what the copy of the store does not have", async () => {
    await using place = await site();
    const { bus, settings, database, backup } = place;
    const stream = streamName(shardOf(room));
    // The store gets it in time. Its copy does not.
    const during = before(bus, async (saved) => {
      if (saved !== "KV_settings") return;
      await write(bus, 20);
      await catchUp(bus, settings);
      await bus.connection.request(`$JS.API.STREAM.PURGE.${stream}`, JSON.stringify({ seq: 15 }));
    });
    await expect(backUp({ bus: during, database, secrets: undefined }, backup)).rejects.toThrow(
      `There is no backup: while it was made, ${stream} forgot what the copy of the database does not have`,
    );
    expect(existsSync(join(backup, "manifest.json"))).toBe(false);
    await expect(Archive.open(backup)).rejects.toThrow("is no backup, or one that was not finished");
  });
});

async function site() {
  const path = mkdtempSync(join(tmpdir(), "madang-backup-"));
  const database = join(path, "madang.db");
  const nats = await testNats();
  const bus = await connect(nats.url);
  const settings = { NATS_URL: nats.url, DATABASE_URL: `file:${database}`, MADANG_LOG_MAX_BYTES: String(64 * 1024 * 1024) };
  await openLog(bus.connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  await (await openStore(settings.DATABASE_URL)).close();
  await write(bus, 10);
  await catchUp(bus, settings);
  return {
    ...{ bus, settings, database, backup: join(path, "backup"), target: join(path, "target") },
    [Symbol.asyncDispose]: async () => {
      await bus.close();
      await nats[Symbol.asyncDispose]();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The same bus; something happens before a stream is saved. */
function before(bus: Bus, happens: (stream: string) => Promise<void> | undefined): Bus {
  const connection = new Proxy(bus.connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "request") return value.bind(target);
      return async (...args: Parameters<typeof target.request>) => {
        const prefix = "$JS.API.STREAM.SNAPSHOT.";
        if (args[0].startsWith(prefix)) await happens(args[0].slice(prefix.length));
        return target.request(...args);
      };
    },
  });
  return new Proxy(bus, { get: (target, name) => (name === "connection" ? connection : Reflect.get(target, name)) });
}
