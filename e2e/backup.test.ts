// A backup of the all-in-one as an operator makes it, restored elsewhere, and the same data moved to separate services.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Bus } from "@madang/bus";
import { RoomId, shardOf, subjects } from "@madang/contracts";
import { eventually, testDatabase, testNatsCluster } from "@madang/devkit";
import { DeadLetters } from "@madang/log";
import { pause, runningNatsServer } from "@madang/runtime";
import type { PublicationContext, SubscribedContext } from "centrifuge";
import { describe, expect, test } from "vitest";
import { run, type Site, secrets, startService, startAllInOne as startWhole, temporaryFolder } from "./support/processes.ts";
import { rowsOf } from "./support/store.ts";
import { connected, type Sent, sendUntilAnswered, viewer } from "./support/viewer.ts";

const kept = RoomId.parse("live:kept");
/** Long silent: its records have left the log. */
const aged = RoomId.parse("live:aged");
const space = { MADANG_LOG_MAX_BYTES: String(256 * 1024 * 1024) };
const startAllInOne = (directory: string) => startWhole(directory, space);

describe("a backup", () => {
  test("[P6] [S5] [G27] [L3] restored elsewhere, and moved to a cluster, serves the same rooms, and goes on at the next offset", {
    timeout: 120_000,
  }, async () => {
    using first = temporaryFolder();
    using second = temporaryFolder();
    using third = temporaryFolder();
    const backup = join(third.path, "backup");
    const memory = new Memory(kept);
    const memories = [memory, new Memory(aged)];
    {
      await using site = await startAllInOne(first.path);
      for (const one of memories) await one.live(site);
      await rowsOf(`file:${first.path}/madang.db`, aged, memory.head);
      // Its rooms leave in peace.
      await site.stop();
    }
    {
      await using site = await startAllInOne(first.path);
      await addLetter(first.path);
      await purge(first.path, aged);
      const storm = memory.storm(site);
      await eventually(() => expect(memory.acknowledged.size).toBeGreaterThan(100), { withinMs: 20_000 });
      const before = new Map(memory.acknowledged);
      expect(await command(["backup", "--to", backup], { MADANG_DATA_DIR: first.path })).toMatchObject({ code: 0 });
      await storm.end();
      expect(memory.acknowledged.size).toBeGreaterThan(before.size);
      // Of what came while it was made, some is in it and some is not.
      memory.acknowledged = before;
    }
    expect(await command(["restore", "--from", backup], { MADANG_DATA_DIR: second.path })).toMatchObject({ code: 0 });
    for (const place of [first.path, backup, second.path]) expectPrivate(place);
    expect(readFileSync(join(second.path, "secrets.json"))).toEqual(readFileSync(join(first.path, "secrets.json")));
    {
      await using site = await startAllInOne(second.path);
      expect(await letters(second.path)).toBe(1);
      for (const one of memories) await one.expectIn(site, `file:${second.path}/madang.db`);
    }
    await using nats = await testNatsCluster({ syncAlways: false });
    await using database = await testDatabase();
    const to = ["--nats", nats.url, "--database", database.url];
    const moved = await command(["move", ...to], { MADANG_DATA_DIR: second.path });
    expect(moved).toMatchObject({ code: 0, output: expect.stringMatching(/3 copies/) });
    expect(readdirSync(second.path)).not.toContain("moving");
    const settings = { NATS_URL: nats.url, DATABASE_URL: database.url, MADANG_REPLICAS: "3", ...space };
    const [persistence, rooms, gateway] = await Promise.all([
      startService("persistence", settings),
      startService("room", settings),
      startService("gateway", { ...settings, MADANG_ROOMS: "anybody" }),
    ]);
    await using _persistence = persistence;
    await using _rooms = rooms;
    await using _gateway = gateway;
    for (const one of memories) await one.expectIn(gateway, database.url);
  });
});

/** All that is in it is for nobody else's eyes, whoever made the folder itself. */
function expectPrivate(folder: string): void {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).map(({ parentPath, name }) =>
    join(parentPath, name),
  );
  expect(entries.length).toBeGreaterThan(10);
  expect(entries.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
}

/** What a site was told, and has to know wherever its data are. */
class Memory {
  readonly #room: RoomId;
  acknowledged = new Map<string, number>();
  #epoch = "";
  #seen: { offset: number; epoch: string } = { offset: 0, epoch: "" };
  readonly #lines = new Map<number, unknown>();
  #gift = 0;
  /** Of the ban, which only moderators see. */
  #ban = 0;
  #round = 0;

  constructor(room: RoomId) {
    this.#room = room;
  }

  /** After `live`. */
  get head(): number {
    return this.#ban;
  }

  /** A chat with all that there is: comments, an edit, a gift, a ban. */
  async live(site: Site): Promise<void> {
    using watcher = await viewer(site.socketUrl, this.#room, { user: "watcher" });
    const kim = await connected(site.socketUrl, { user: "kim" });
    const mod = await connected(site.socketUrl, { user: "mod", claims: { role: "moderator" } });
    const lee = await connected(site.socketUrl, { user: "lee" });
    for (const n of upTo(10)) await this.#say(kim, `k${n}`);
    await sendUntilAnswered(lee, { channel: this.#room, id: "rude", data: { text: "rude" } });
    expect(
      (await kim.rpc("edit", { channel: this.#room, id: "e1", offset: 2, data: { text: "edited" } })).data.refused,
    ).toBeUndefined();
    this.#gift = (await give(site, this.#room)).body.offset;
    // Where somebody left.
    await eventually(() => expect(watcher.seen.at(-1)?.offset).toBe(this.#gift));
    this.#seen = { offset: 5, epoch: this.#epoch };
    this.#ban = (await mod.rpc("ban", { channel: this.#room, id: "b1", user: "lee" })).data.offset;
    expect(this.#ban).toBe(this.#gift + 1);
    for (const client of [kim, mod, lee]) client.disconnect();
    for (const { offset, data } of watcher.seen) this.#lines.set(offset, offset === 2 ? { text: "edited" } : data);
  }

  /** Several who talk until it is ended. */
  storm(site: Site): { end: () => Promise<void> } {
    let going = true;
    const talkers = upTo(4).map(async (talker) => {
      const client = await connected(site.socketUrl, { user: `talker-${talker}` });
      // As many as one recovery brings.
      for (let n = 1; going && n <= 200; n++) {
        await this.#say(client, `t${talker}-${n}`);
        await pause(10);
      }
      client.disconnect();
    });
    return {
      end: async () => {
        going = false;
        await Promise.all(talkers);
      },
    };
  }

  async expectIn(site: Site, databaseUrl: string): Promise<void> {
    this.#round++;
    const lee = await connected(site.socketUrl, { user: "lee" });
    // First of all: nobody has woken the room yet.
    await expect(subscription(lee, this.#room)).rejects.toMatchObject({ code: 1100 });
    await expect(sendUntilAnswered(lee, { channel: this.#room, id: "again", data: {} })).rejects.toMatchObject({ code: 1100 });
    const kim = await connected(site.socketUrl, { user: "kim" });
    const { context, lines } = await subscription(kim, this.#room, this.#seen);
    expect(context).toMatchObject({ wasRecovering: true, recovered: true });
    const { offset: head, epoch } = await kim.history(this.#room, { limit: 0 });
    expect(epoch).toBe(this.#epoch);
    const missed = upTo(head).filter((offset) => offset > this.#seen.offset && offset !== this.#ban);
    await eventually(() => expect(lines.map(({ offset }) => offset)).toEqual(missed));
    const rows = await rowsOf(databaseUrl, this.#room, head);
    expect(rows.map(({ offset }) => offset)).toEqual(upTo(head));
    for (const [id, offset] of this.acknowledged) expect(rows[offset - 1], id).toMatchObject({ offset, id });
    const { publications } = await kim.history(this.#room, { limit: 12 });
    for (const { offset = 0, data } of publications) expect(data).toEqual(this.#lines.get(offset));

    const some = [...this.acknowledged].filter((_, n) => n % 10 === 0);
    for (const [id, offset] of some) {
      const client = id.startsWith("k") ? kim : await connected(site.socketUrl, { user: `talker-${id[1]}` });
      expect(await sendUntilAnswered(client, { channel: this.#room, id, data: {} })).toMatchObject({
        offset,
        duplicate: true,
        epoch,
      });
      if (client !== kim) client.disconnect();
    }
    expect(await give(site, this.#room)).toMatchObject({ status: 200, body: { offset: this.#gift, duplicate: true } });
    expect(await this.#say(kim, `k-new-${this.#round}`)).toMatchObject({ offset: head + 1, duplicate: false, epoch });
    await rowsOf(databaseUrl, this.#room, head + 1);
    for (const client of [kim, lee]) client.disconnect();
  }

  async #say(client: Awaited<ReturnType<typeof connected>>, id: string): Promise<Sent> {
    const sent = await sendUntilAnswered(client, { channel: this.#room, id, data: { text: id } });
    this.#epoch ||= sent.epoch;
    this.acknowledged.set(id, sent.offset);
    return sent;
  }
}

function subscription(client: Awaited<ReturnType<typeof connected>>, room: RoomId, since?: { offset: number; epoch: string }) {
  const lines: PublicationContext[] = [];
  const subscribing = client.newSubscription(room, since === undefined ? {} : { since });
  return new Promise<{ context: SubscribedContext; lines: PublicationContext[] }>((resolve, reject) => {
    subscribing.on("publication", (publication) => void (publication.offset && lines.push(publication)));
    subscribing.on("subscribed", (context) => resolve({ context, lines }));
    subscribing.on("unsubscribed", reject);
    subscribing.subscribe();
  });
}

async function give(site: Site, room: RoomId): Promise<{ status: number; body: { offset: number } }> {
  const response = await fetch(`http://${site.authority}/api/rooms/${room}/gifts`, {
    method: "POST",
    headers: { "x-api-key": secrets.MADANG_API_KEY, "content-type": "application/json" },
    body: JSON.stringify({ id: "pay-1", user: "kim", amount: 700, currency: "KRW" }),
  });
  return { status: response.status, body: (await response.json()) as { offset: number } };
}

async function command(args: string[], environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  await using running = run("apps/allinone/src/backup/main.ts", environment, args);
  const { code } = await running.exited;
  return { code, output: running.output() };
}

/** Past all services, at the broker of the all-in-one that runs there. */
async function atBroker<T>(directory: string, work: (bus: Bus) => Promise<T>): Promise<T> {
  const url = runningNatsServer(join(directory, "nats")) ?? "";
  const bus = await Bus.connect({ url, name: "test", onHandlerError: () => {} });
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

const addLetter = (directory: string) =>
  atBroker(directory, ({ connection }) => {
    const letter = { source: "projector", room: kept, sequence: 1, reason: "for a test", body: Buffer.from("a line") } as const;
    return new DeadLetters(connection).add(letter);
  });

const letters = (directory: string) =>
  atBroker(directory, async ({ connection }) => (await new DeadLetters(connection).newest({ atMost: 5 })).length);

const purge = (directory: string, room: RoomId) =>
  atBroker(directory, async ({ connection }) => {
    const subject = `$JS.API.STREAM.PURGE.ROOMS_${shardOf(room)}`;
    const answer = await connection.request(subject, JSON.stringify({ filter: subjects.log(room) }));
    expect(answer.json()).toMatchObject({ success: true });
    expect(answer.json<{ purged: number }>().purged).toBeGreaterThan(10);
  });

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
