// The broker's space runs out because the database is away: what senders hear, what is kept, and how service returns.
import { ErrorCode, RoomId, shardOf } from "@madang/contracts";
import { cuttable, eventually, testDatabase, testNats } from "@madang/devkit";
import type { Centrifuge } from "centrifuge";
import { describe, expect, test } from "vitest";
import { startService } from "../support/processes.ts";
import { rowsOf } from "../support/store.ts";
import { connected, viewer } from "../support/viewer.ts";
import { deadLetterCount } from "./broker.ts";

const room = RoomId.parse("live:full");
/** In another stream, which has space. */
const other = RoomId.parse(
  `live:spacious${[1, 2, 3, 4].find((n) => shardOf(RoomId.parse(`live:spacious${n}`)) !== shardOf(room))}`,
);
const data = { text: "가".repeat(2_500) };
const answeredWithinMs = 2_000;

describe("a log without space", () => {
  test("[P7] [L4] [P6] refuses in words and within 2 s, loses nothing, and takes comments again by itself once the database is back", async () => {
    await using closers = new AsyncDisposableStack();
    const nats = closers.use(await testNats());
    const database = closers.use(await testDatabase());
    const road = closers.use(await cuttable(Number(new URL(database.url).port)));
    const behindRoad = new URL(database.url);
    behindRoad.port = String(road.port);
    // 2 MiB for each stream.
    const site = { NATS_URL: nats.url, MADANG_LOG_MAX_BYTES: String(16 * 1024 * 1024) };
    closers.use(await startService("persistence", { ...site, DATABASE_URL: behindRoad.href }));
    closers.use(await startService("room", site));
    const gateway = closers.use(await startService("gateway", site));
    using watcher = await viewer(gateway.socketUrl, room, { user: "watcher" });
    const client = await connected(gateway.socketUrl, { user: "kim" });
    closers.defer(() => client.disconnect());

    const acknowledged = new Map<number, string>();
    let slowestMs = 0;
    const send = async (channel: string, id: string) => {
      const sentAt = performance.now();
      const answer = await answerOf(client, { channel, id, data });
      slowestMs = Math.max(slowestMs, performance.now() - sentAt);
      if (typeof answer === "number" && channel === room) acknowledged.set(answer, id);
      return answer;
    };
    expect(await send(room, "first")).toBe(1);
    await rowsOf(database.url, room, 1);

    road.cut();
    const refused: string[] = [];
    for (let n = 1; refused.length < 20; n++) {
      const answer = await send(room, `m${n}`);
      if (typeof answer === "number") continue;
      expect(answer).toMatchObject({ code: ErrorCode.roomUnavailable.code, temporary: true });
      refused.push(`m${n}`);
    }
    expect(acknowledged.size).toBeGreaterThan(200);
    expect(slowestMs).toBeLessThan(answeredWithinMs);
    // Nobody else pays for it.
    expect(await send(other, "elsewhere")).toBe(1);

    road.mend();
    const [again = ""] = refused;
    // What was refused for certain was not stored: the same id is new.
    await eventually(async () => expect(await send(room, again)).toEqual(expect.any(Number)), { withinMs: 60_000, everyMs: 250 });
    expect(slowestMs).toBeLessThan(answeredWithinMs);
    const count = acknowledged.size;
    const rows = await rowsOf(database.url, room, count);
    expect(rows.map(({ offset, id }) => [offset, id])).toEqual([...acknowledged].sort(([a], [b]) => a - b));
    expect(rows.map(({ offset }) => offset)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    await eventually(() => expect(watcher.seen.map(({ offset }) => offset)).toEqual(rows.map(({ offset }) => offset)));
    expect(await deadLetterCount(nats.url)).toBe(0);
  }, 120_000);
});

/** The offset, or the error as the client has it. */
async function answerOf(client: Centrifuge, message: { channel: string; id: string; data: object }): Promise<unknown> {
  try {
    const { data } = await client.rpc("send", message);
    return data.refused ?? data.offset;
  } catch (error) {
    return error;
  }
}
