import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { shardOf } from "@madang/contracts";
import { natsBinary, testDatabase, testNats } from "@madang/devkit";
import { openLog, streamsThere } from "@madang/log";
import { filledTables, migrateStore, openStore } from "@madang/persistence";
import { Closers, createLogger, type Environment, pause } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { openDataDirectory, placesIn, restoreMark, secretsOf } from "../data-directory.ts";
import { startPrivateNats } from "../private-nats.ts";
import { Archive } from "./archive.ts";
import { runBackupCommand } from "./command.ts";
import { restoreDirectory } from "./restore-directory.ts";
import { connect, idsIn, room, write } from "./test-log.ts";

const logBytes = 64 * 1024 * 1024;

describe.concurrent("a backup of an all-in-one that is stopped", { timeout: 60_000 }, () => {
  test("has secrets and comments for nobody else's eyes, and is the same again elsewhere", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 20);
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    for (const name of readdirSync(folder.backup)) expect(statSync(join(folder.backup, name)).mode & 0o077, name).toBe(0);
    expect(statSync(folder.backup).mode & 0o077).toBe(0);
    expect(await run(["restore", "--from", folder.backup], folder.target)).toMatchObject({ code: 0 });
    expect(secretsOf(folder.target)).toEqual(secretsOf(folder.data));
    expect(await idsIn(`file:${placesIn(folder.target).database}`)).toEqual(upTo(20).map((n) => `m${n}`));
  });

  test("that is old has also what only its log has: it is stored before it ages", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 20);
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    // A log that keeps what is younger than a second: as one of seven days after eight.
    rewrite(folder.backup, ({ streams }) => {
      for (const { config } of streams)
        if (config.name.startsWith("ROOMS_")) Object.assign(config, { max_age: 1_000_000_000, duplicate_window: 1_000_000_000 });
    });
    await pause(1_000);
    expect(await run(["restore", "--from", folder.backup], folder.target)).toMatchObject({ code: 0 });
    expect(await idsIn(`file:${placesIn(folder.target).database}`)).toEqual(upTo(20).map((n) => `m${n}`));
  });

  test("that is damaged, not finished or of another version is refused, and nothing is touched", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5);
    const restore = () => run(["restore", "--from", folder.backup], folder.target);
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    for (const name of [`ROOMS_${shardOf(room)}.tar.s2`, "madang.db", "secrets.json", "manifest.json"]) {
      const path = join(folder.backup, name);
      const whole = readFileSync(path);
      const damaged = Buffer.from(whole);
      const middle = Math.floor(damaged.length / 2);
      damaged.writeUInt8(damaged.readUInt8(middle) ^ 1, middle);
      writeFileSync(path, damaged);
      expect(await restore(), name).toMatchObject(refused(/is damaged: .* Nothing was touched/));
      rmSync(path);
      expect(await restore(), name).toMatchObject(refused(/is damaged: .* Nothing was touched|not finished/));
      writeFileSync(path, whole);
    }
    rewrite(folder.backup, (contents) => Object.assign(contents, { v: 2 }));
    expect(await restore()).toMatchObject(refused(/is of version 2/));
    expect(existsSync(folder.target)).toBe(false);
  });

  test("that names what is not of its folder, or not ours, is refused, and nothing is touched", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5);
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    const manifest = join(folder.backup, "manifest.json");
    const whole = readFileSync(manifest);
    const outside = join(folder.backup, "../outside");
    writeFileSync(outside, "of somebody else");
    const changes: Record<string, (contents: Manifest["contents"]) => void> = {
      "a database elsewhere": (contents) => Object.assign(contents, { database: "../outside" }),
      "secrets elsewhere": (contents) => Object.assign(contents, { secrets: "../outside" }),
      "a stream elsewhere": ({ streams }) => Object.assign(streams[0] ?? {}, { file: "../outside" }),
      "a stream of somebody else": ({ streams }) => Object.assign(streams[0]?.config ?? {}, { name: "ORDERS" }),
      "a file elsewhere": ({ files }) => Object.assign(files[0] ?? {}, { name: "../outside" }),
      "the folder itself": ({ files }) => Object.assign(files[0] ?? {}, { name: ".." }),
      "no streams": (contents) => Object.assign(contents, { streams: null }),
    };
    for (const [what, change] of Object.entries(changes)) {
      rewrite(folder.backup, change);
      expect(await run(["restore", "--from", folder.backup], folder.target), what).toMatchObject(refused(/is damaged: manifest/));
      writeFileSync(manifest, whole);
    }
    const secrets = join(folder.backup, "secrets.json");
    const moved = join(folder.backup, "../moved");
    renameSync(secrets, moved);
    for (const put of [() => symlinkSync(moved, secrets), () => void execFileSync("mkfifo", [secrets])]) {
      put();
      expect(await run(["restore", "--from", folder.backup], folder.target)).toMatchObject(
        refused(/secrets.json is not what was/),
      );
      rmSync(secrets);
    }
    expect(existsSync(folder.target)).toBe(false);
  });

  test("that cannot be put back leaves the data that were to make room for it as they were", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5);
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    const there = readdirSync(folder.data).sort();
    const secrets = secretsOf(folder.data);
    const noServer = { MADANG_NATS_SERVER: join(folder.data, "no-server") };
    expect(await run(["restore", "--from", folder.backup, "--force"], folder.data, noServer)).toMatchObject(refused(/no-server/));
    expect(readdirSync(folder.data).sort()).toEqual(there);
    const archive = await Archive.open(folder.backup);
    const restore = { archive, directory: folder.data, force: true, natsServer: natsBinary(), now: () => new Date(0) };
    // Somebody's folder is where the data would be put.
    const former = join(folder.data, "before-1970-01-01T00-00-00.000Z");
    mkdirSync(former);
    writeFileSync(join(former, "kept"), "");
    await expect(restoreDirectory(restore)).rejects.toThrow(/cannot be filled \(EEXIST\). What was there is as it was/);
    expect(readdirSync(folder.data).sort()).toEqual([...there, basename(former)].sort());
    expect(readdirSync(former)).toEqual(["kept"]);
    (await openDataDirectory(folder.data)).release();
    expect(secretsOf(folder.data)).toEqual(secrets);
  });

  test("that can neither be put back nor make room again says where the former data are, and nobody starts there", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5);
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    // Somebody takes them away meanwhile, and there is no server.
    const meanwhile = join(folder.backup, "../server");
    writeFileSync(meanwhile, `#!/bin/sh\nmv ${folder.data}/before-* ${folder.data}/elsewhere; exit 1\n`, { mode: 0o700 });
    expect(
      await run(["restore", "--from", folder.backup, "--force"], folder.data, { MADANG_NATS_SERVER: meanwhile }),
    ).toMatchObject(refused(/is neither restored nor as it was .*: what was there is in .*before-/));
    expect(readdirSync(join(folder.data, "elsewhere")).sort()).toEqual(["madang.db", "nats", "secrets.json"]);
    await expect(openDataDirectory(folder.data)).rejects.toThrow(/was not finished/);
  });

  test("is not put back where the site that is started there would use another log or database", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5);
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    const restore = (more: Environment) => run(["restore", "--from", folder.backup], folder.target, more);
    const own = placesIn(folder.target).database;
    expect(await restore({ DATABASE_URL: `file:${own}.other` })).toMatchObject(refused(/^DATABASE_URL would be used/));
    expect(await restore({ DATABASE_URL: "mysql://a/b" })).toMatchObject(refused(/^DATABASE_URL would be used/));
    expect(await restore({ NATS_URL: "nats://127.0.0.1:1", DATABASE_URL: "mysql://a/b" })).toMatchObject(
      refused(/^NATS_URL and DATABASE_URL would be used .* Nothing was touched/),
    );
    expect(existsSync(folder.target)).toBe(false);
  });

  test("may lie in the data directory, and stays there when it is put back", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5);
    const inside = join(folder.data, "backups", "today");
    expect(await run(["backup", "--to", inside], folder.data)).toMatchObject({ code: 0 });
    // The database's own address is none of another database.
    const settings = { DATABASE_URL: `file:${placesIn(folder.data).database}` };
    expect(await run(["restore", "--from", inside, "--force"], folder.data, settings)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/What was there is in .*before-/),
    });
    await Archive.open(inside);
    expect(await idsIn(`file:${placesIn(folder.data).database}`)).toEqual(upTo(5).map((n) => `m${n}`));
    cpSync(inside, join(folder.data, "nats", "today"), { recursive: true });
    for (const where of [inside, join(folder.data, "nats", "today")])
      expect(await run(["restore", "--from", where, "--force"], where === inside ? inside : folder.data)).toMatchObject(
        refused(/lies where it would be restored to. Nothing was touched/),
      );
  });

  test("goes into no folder that holds something, unless that may be put aside, and never under one who works there", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5);
    const restore = (...more: string[]) => run(["restore", "--from", folder.backup, ...more], folder.target);
    expect(await run(["backup", "--to", folder.data], folder.data)).toMatchObject(refused(/is not empty/));
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    expect(await restore()).toMatchObject({ code: 0 });
    const there = readdirSync(folder.target);
    expect(await restore()).toMatchObject(refused(/is not empty.* Nothing was touched/));
    expect(readdirSync(folder.target)).toEqual(there);
    expect(await restore("--force")).toMatchObject({ code: 0, output: expect.stringMatching(/What was there is in .*before-/) });
    const [aside = ""] = readdirSync(folder.target).filter((name) => name.startsWith("before-"));
    expect(readdirSync(join(folder.target, aside)).sort()).toEqual(there.sort());
    // What somebody who was killed amid a restore has left.
    writeFileSync(restoreMark(folder.target), "");
    await expect(openDataDirectory(folder.target)).rejects.toThrow(/was not finished/);
    expect(await restore()).toMatchObject(refused(/holds a restore that was not finished/));
    expect(await restore("--force")).toMatchObject({ code: 0 });
    const data = await openDataDirectory(folder.target);
    expect(await restore("--force")).toMatchObject(refused(/is in use .* Nothing was touched/));
    data.release();
  });

  test("is not moved where there is something, and what fails half-way leaves nothing there", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5, { stored: 3 });
    await using small = await testNats({ maxFileBytes: 4 * 1024 * 1024 });
    await using database = await testDatabase();
    const moveTo = (nats: string) => run(["move", "--services"], folder.data, { NATS_URL: nats, DATABASE_URL: database.url });
    expect(await moveTo(small.url)).toMatchObject(refused(/cannot be put back: insufficient storage/));
    await using bus = await connect(small.url);
    expect(await streamsThere(bus.connection)).toEqual([]);
    expect(await filledTables(database.url)).toEqual([]);
    await using nats = await testNats();
    expect(await moveTo(nats.url)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/one copy .* 5 rows are in the database/),
    });
    expect(await idsIn(database.url)).toEqual(upTo(5).map((n) => `m${n}`));
    expect(await moveTo(nats.url)).toMatchObject(refused(/NATS has .*KV_settings.* already.* Nothing was touched/));
    await using empty = await testNats();
    expect(await moveTo(empty.url)).toMatchObject(refused(/The database has rows already .* Nothing was touched/));
    expect(readdirSync(folder.data)).not.toContain("moving");
  });

  test("is put back into services, and is whole after that", async () => {
    using folder = temporaryFolder();
    await written(folder.data, 5, { stored: 3 });
    expect(await run(["backup", "--to", folder.backup], folder.data)).toMatchObject({ code: 0 });
    const files = readdirSync(folder.backup);
    for (const _ of ["once", "and once more"]) {
      await using nats = await testNats();
      await using database = await testDatabase();
      const services = ["--nats", nats.url, "--database", database.url];
      expect(await run(["restore", "--from", folder.backup, ...services], folder.target)).toMatchObject({ code: 0 });
      expect(await idsIn(database.url)).toEqual(upTo(5).map((n) => `m${n}`));
    }
    expect(readdirSync(folder.backup)).toEqual(files);
  });
});

describe.concurrent("a backup of services with a database server", { timeout: 60_000 }, () => {
  test("belongs to a dump that was made before: what came between is stored from the log, once", async () => {
    using folder = temporaryFolder();
    await using from = await testNats();
    await using dump = await testDatabase();
    await using source = await connect(from.url);
    const { epoch } = await openLog(source.connection, { replicas: 1, maxBytes: logBytes });
    await write(source, 10);
    await project(from.url, dump.url);
    await write(source, 20);
    // The database that the dump was made of goes on, and the projectors' places in NATS with it.
    await using original = await testDatabase();
    await project(from.url, original.url);
    const services = { NATS_URL: from.url, DATABASE_URL: dump.url };
    const made = await run(["backup", "--to", folder.backup], folder.data, services);
    expect(made).toMatchObject({ code: 0, output: expect.stringMatching(/not the database.*dump it before/) });
    expect(await run(["restore", "--from", folder.backup], folder.target)).toMatchObject(refused(/has no database/));

    await using to = await testNats();
    await using empty = await testDatabase();
    await using later = await testDatabase();
    await migrateStore(later.url);
    const store = await openStore(later.url);
    await store.apply([], { shard: shardOf(room), sequence: 21, epoch });
    await store.close();
    const restore = (database: string) =>
      run(["restore", "--from", folder.backup, "--nats", to.url, "--database", database], folder.target);
    expect(await restore(empty.url)).toMatchObject(refused(/load the dump .* Nothing was touched/));
    expect(await restore(later.url)).toMatchObject(refused(/has more of ROOMS_\d than the log/));
    await using bus = await connect(to.url);
    expect(await streamsThere(bus.connection)).toEqual([]);
    expect(await restore(dump.url)).toMatchObject({ code: 0 });
    expect(await idsIn(dump.url)).toEqual(upTo(20).map((n) => `m${n}`));
  });
});

describe("the commands", () => {
  test("say how they are used", async () => {
    const wrong = [
      [],
      ["backup"],
      ["backup", "--to", "a", "--force"],
      ["restore"],
      ["restore", "--from", "a", "--nats", "nats://a"],
      ["restore", "--from", "a", "--replicas", "3"],
      ["move", "--nats", "nats://a"],
      ["move", "--nats", "nats://a", "--database", "mysql://a/b", "--replicas", "2"],
      ["move", "--services"],
      ["move", "--services", "--nats", "nats://a", "--database", "mysql://a/b"],
      ["copy", "--to", "a"],
    ];
    for (const args of wrong)
      expect(await run(args, "nowhere"), args.join(" ")).toMatchObject({ code: 64, output: expect.stringMatching(/^usage: /) });
    expect(await run(["backup", "--to", "nowhere-else"], "nowhere")).toMatchObject(refused(/There is no data/));
    expect(existsSync("nowhere")).toBe(false);
    expect(existsSync("nowhere-else")).toBe(false);
  });
});

const refused = (words: RegExp) => ({ code: 1, output: expect.stringMatching(words) });
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

async function run(args: string[], data: string, more: Environment = {}): Promise<{ code: number; output: string }> {
  let output = "";
  const say = (text: string) => {
    output += text;
  };
  const environment = { MADANG_DATA_DIR: data, MADANG_NATS_SERVER: natsBinary(), ...more };
  return { code: await runBackupCommand(args, environment, { out: say, error: say }), output };
}

function temporaryFolder(): Disposable & { data: string; backup: string; target: string } {
  const path = mkdtempSync(join(tmpdir(), "madang-backup-"));
  const [data, backup, target] = [join(path, "data"), join(path, "backup"), join(path, "target")];
  return { data, backup, target, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** An all-in-one that was stopped before its store had all of what was said. */
async function written(directory: string, comments: number, { stored = 0 } = {}): Promise<void> {
  const closers = new Closers();
  const data = await openDataDirectory(directory);
  closers.add(() => data.release());
  secretsOf(directory);
  const logger = createLogger("test");
  const nats = await startPrivateNats({ binary: natsBinary(), directory: data.nats, durability: "process", logger });
  closers.add(() => nats.stop());
  const bus = await connect(nats.url);
  closers.add(() => bus.close());
  await openLog(bus.connection, { replicas: 1, maxBytes: logBytes });
  await (await openStore(`file:${data.database}`)).close();
  if (stored > 0) {
    await write(bus, stored);
    await project(nats.url, `file:${data.database}`);
  }
  await write(bus, comments);
  await closers.close(() => {});
}

/** What persistence does, until the store has all. */
async function project(natsUrl: string, databaseUrl: string): Promise<void> {
  const { catchUp } = await import("./catch-up.ts");
  await using bus = await connect(natsUrl);
  await catchUp(bus, { NATS_URL: natsUrl, DATABASE_URL: databaseUrl, MADANG_LOG_MAX_BYTES: String(logBytes) });
}

interface Manifest {
  sha256: string;
  contents: { files: { name: string }[]; streams: { config: { name: string } }[] };
}

/** As one would be that was made otherwise. */
function rewrite(backup: string, change: (contents: Manifest["contents"]) => void): void {
  const path = join(backup, "manifest.json");
  const { contents } = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  change(contents);
  const sha256 = createHash("sha256").update(JSON.stringify(contents)).digest("hex");
  writeFileSync(path, JSON.stringify({ sha256, contents } satisfies Manifest));
}
