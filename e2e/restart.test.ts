// What a restart, a crash and a repeat may not change, on the all-in-one as a user runs it.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { type Site, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { rowsOf } from "./support/store.ts";
import { connected, sendUntilAnswered, viewer } from "./support/viewer.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const databaseOf = (folder: { path: string }) => `file:${folder.path}/madang.db`;

describe("repeats", () => {
  test("[P6] the same user and id have one offset and one row, also after a restart and after a crash", async () => {
    using folder = temporaryFolder();
    const message = { channel: "live:once", id: "the-id", data: { text: "once" } };
    for (const [round, end] of (["stop", "kill", "stop"] as const).entries()) {
      await using site = await startAllInOne(folder.path);
      const client = await connected(site.socketUrl, { user: "kim" });
      const first = await sendUntilAnswered(client, message);
      expect(first).toMatchObject({ offset: 1, duplicate: round > 0 });
      const again = await Promise.all(upTo(5).map(() => sendUntilAnswered(client, { ...message, data: { text: "other" } })));
      for (const repeat of again) expect(repeat).toMatchObject({ offset: 1, duplicate: true });
      const other = await sendUntilAnswered(client, { ...message, id: `other-${round}` });
      expect(other).toMatchObject({ offset: round + 2, duplicate: false });
      client.disconnect();
      // While it runs: what a stop leaves in the log alone, the next start brings to the store.
      if (round === 2) await rowsOf(databaseOf(folder), "live:once", 4);
      await site[end]();
    }
    const rows = await rowsOf(databaseOf(folder), "live:once", 4);
    expect(rows.map(({ offset, id }) => [offset, id])).toEqual([
      [1, "the-id"],
      [2, "other-0"],
      [3, "other-1"],
      [4, "other-2"],
    ]);
  });

  test("[P6] two who send the same id at the same time get one place", async () => {
    using folder = temporaryFolder();
    await using site = await startAllInOne(folder.path);
    const clients = await Promise.all(upTo(4).map(() => connected(site.socketUrl, { user: "kim" })));
    const sent = await Promise.all(
      upTo(50).flatMap((n) =>
        clients.map((client) => sendUntilAnswered(client, { channel: "live:race", id: `m${n}`, data: { n } })),
      ),
    );
    expect(sent.filter(({ duplicate }) => !duplicate)).toHaveLength(50);
    expect(new Set(sent.map(({ offset }) => offset))).toEqual(new Set(upTo(50)));
    for (const client of clients) client.disconnect();
  });
});

describe("a log that was lost while the store was not", () => {
  test("[R7] [R8] [S6] [L3] gives no offset twice, keeps the old comments, and clients hear of it by a new epoch", async () => {
    using folder = temporaryFolder();
    const send = async (site: Site, id: string) => {
      const client = await connected(site.socketUrl, { user: "kim" });
      const sent = await sendUntilAnswered(client, { channel: "live:lost", id, data: { text: id } });
      client.disconnect();
      return sent;
    };
    const first = await startAllInOne(folder.path);
    for (const n of upTo(5)) expect(await send(first, `old-${n}`)).toMatchObject({ offset: n });
    const { epoch } = await send(first, "old-5");
    await rowsOf(databaseOf(folder), "live:lost", 5);
    await first.stop();
    rmSync(join(folder.path, "nats"), { recursive: true });
    await using second = await startAllInOne(folder.path);
    for (const n of upTo(3)) {
      const sent = await send(second, `new-${n}`);
      // The sixth says what happened.
      expect(sent).toMatchObject({ offset: 6 + n, duplicate: false });
      expect(sent.epoch).not.toBe(epoch);
    }
    const rows = await rowsOf(databaseOf(folder), "live:lost", 9);
    expect(rows.map(({ id }) => id)).toEqual(["old-1", "old-2", "old-3", "old-4", "old-5", "", "new-1", "new-2", "new-3"]);
    using reader = await viewer(second.socketUrl, "live:lost", { user: "lee" });
    const { publications } = await reader.subscription.history({ limit: 20 });
    expect(publications.map(({ offset }) => offset)).toEqual(upTo(9));
    expect(publications[5]).toMatchObject({ tags: { type: "rewound" }, data: { epoch, offset: 5 } });
  });
});

describe("kill -9 in the middle of a storm", () => {
  test.each([
    ["the all-in-one", false],
    ["the all-in-one and its broker at once", true],
  ])(
    "[L4] [R5] of %s: nothing acknowledged is missing, nothing is twice, offsets go on without a gap",
    async (_, brokerToo) => {
      using folder = temporaryFolder();
      const room = "live:storm";
      const acknowledged = new Map<string, number>();
      let site: Site = await startAllInOne(folder.path);
      const port = site.authority.split(":")[1] ?? "";
      const speakers = await Promise.all(upTo(10).map((n) => connected(site.socketUrl, { user: `speaker-${n}` })));
      using watcher = await viewer(site.socketUrl, room, { user: "watcher" });
      let storming = true;
      const storm = speakers.map(async (client, speaker) => {
        for (let n = 1; storming || n <= 60; n++) {
          const id = `s${speaker}-${n}`;
          const { offset } = await sendUntilAnswered(client, { channel: room, id, data: { text: id } });
          acknowledged.set(id, offset);
        }
      });
      for (const count of [300, 600]) {
        await eventually(() => expect(acknowledged.size).toBeGreaterThan(count), { withinMs: 20_000 });
        const broker = Number(/nats-server \(process (\d+)\)/.exec(site.output())?.[1]);
        site.signal("SIGKILL");
        if (brokerToo) process.kill(broker, "SIGKILL");
        await site.kill();
        site = await startAllInOne(folder.path, { MADANG_HTTP_PORT: port });
      }
      const afterwards = acknowledged.size;
      await eventually(() => expect(acknowledged.size).toBeGreaterThan(afterwards + 200), { withinMs: 20_000 });
      storming = false;
      await Promise.all(storm);
      const total = Math.max(...acknowledged.values());
      await eventually(() => expect(watcher.seen.at(-1)?.offset ?? 0).toBeGreaterThanOrEqual(total), { withinMs: 15_000 });
      const { offset: head } = await watcher.client.history(room, { limit: 0 });
      for (const client of speakers) client.disconnect();
      const rows = await rowsOf(databaseOf(folder), room, head);
      await site.stop();

      expect(rows.map(({ offset }) => offset)).toEqual(upTo(head));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(head);
      const byId = new Map(rows.map(({ id, offset }) => [id, offset]));
      for (const [id, offset] of acknowledged) expect(byId.get(id), id).toBe(offset);
      // The one who watched throughout saw that very order.
      expect(watcher.seen.map(({ offset, tags }) => [offset, tags.id])).toEqual(rows.map(({ offset, id }) => [offset, id]));
    },
    90_000,
  );
});
