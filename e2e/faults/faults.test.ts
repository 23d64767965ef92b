// One order, whatever dies: three nats-servers, three rooms, two gateways, two persistence, and everything that can end ends once.
import { RoomId } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsOf } from "../support/store.ts";
import { connected, sendUntilAnswered, viewer } from "../support/viewer.ts";
import { liveBroken } from "./broken-life.ts";
import { purge } from "./broker.ts";
import { type ClusterSite, startClusterSite } from "./cluster-site.ts";
import { live } from "./run.ts";
import { faults } from "./table.ts";

const seed = Number(process.env.MADANG_FAULTS_SEED ?? 1);

describe("a cluster in which everything dies in turn", () => {
  let site: ClusterSite;
  beforeAll(async () => {
    site = await startClusterSite();
  }, 60_000);
  afterAll(() => site[Symbol.asyncDispose]());

  test(`[L2] [L3] [L4] [R1] [R4] [P6] keeps one gapless order, loses nothing acknowledged, and stalls no longer than promised (seed ${seed})`, async () => {
    const { results, findings, acknowledged, file } = await live(site, { seed, outageMs: 4_000, faults });
    expect(findings, `history: ${file}`).toEqual([]);
    expect(acknowledged).toBeGreaterThan(200);
    for (const { name, stallMs, limitMs } of results) expect(stallMs, name).toBeLessThanOrEqual(limitMs);
  }, 240_000);

  test("[R7] records that are purged under a living owner leave no gap, and no offset is given twice", async () => {
    const room = RoomId.parse("live:purged");
    const client = await connected(site.socketUrl, { user: "kim" });
    using watcher = await viewer(site.socketUrl, room, { user: "lee" });
    const send = (id: string) => sendUntilAnswered(client, { channel: room, id, data: { text: id } });
    const { epoch } = await send("m1");
    for (const offset of [2, 3]) {
      await rowsOf(site.databaseUrl, room, offset - 1);
      await purge(site.nats.url, room);
      expect(await send(`m${offset}`)).toEqual({ offset, epoch, duplicate: false });
      // What is not in the log any more is still known as sent.
      expect(await send("m1")).toEqual({ offset: 1, epoch, duplicate: true });
    }
    client.disconnect();
    await eventually(() => expect(watcher.seen.map(({ offset }) => offset)).toEqual([1, 2, 3]));
    expect((await rowsOf(site.databaseUrl, room, 3)).map(({ id }) => id)).toEqual(["m1", "m2", "m3"]);
  });
});

describe("the checker itself, on rooms that are broken on purpose", () => {
  test.each([
    ["the fence is off", "no-fence", /the log goes from offset/],
    ["repeats are not known", "no-dedupe", /twice|acknowledged at/],
    ["answers come before the log has it", "early-ack", /is not in the log|and is at/],
  ] as const)(
    "[R2] [R3] [R4] finds it when %s",
    async (_, fault, finding) => {
      const findings = await liveBroken(fault);
      expect(findings.join("\n")).toMatch(finding);
    },
    60_000,
  );

  test("finds nothing in the same life with rooms as they are", async () => {
    expect(await liveBroken("nothing")).toEqual([]);
  }, 60_000);
});
