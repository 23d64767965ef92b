// What Prometheus gets to see of the services, and that it tells of trouble.
import { RoomId, shardOf, streamName } from "@madang/contracts";
import { cuttable, eventually, testDatabase, testNats } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { type Site, startService } from "./support/processes.ts";
import { connected, sendUntilAnswered } from "./support/viewer.ts";

const room = RoomId.parse("live:counted");
const stream = streamName(shardOf(room));

describe("GET /metrics", () => {
  test("[A6] [L3] tells rooms, projectors, their lag and the audit, and how they stand while the database is away", async () => {
    await using nats = await testNats();
    await using database = await testDatabase();
    await using road = await cuttable(Number(new URL(database.url).port));
    const store = new URL(database.url);
    store.port = String(road.port);
    const settings = { NATS_URL: nats.url, DATABASE_URL: store.href, MADANG_LOG_MAX_BYTES: String(64 * 1024 * 1024) };
    await using persistence = await startService("persistence", settings);
    await using rooms = await startService("room", settings);
    await using gateway = await startService("gateway", settings);
    const client = await connected(gateway.socketUrl, { user: "kim" });
    const send = (id: string) => sendUntilAnswered(client, { channel: room, id, data: { text: id } });
    const standing = (wanted: Record<string, number>) =>
      eventually(async () => expect(await figuresOf(persistence)).toMatchObject(wanted), { withinMs: 15_000, everyMs: 200 });

    await send("m1");
    await send("m2");
    expect(await figuresOf(rooms)).toMatchObject({
      madang_rooms_live: 1,
      madang_room_claims_total: 1,
      madang_rooms_lost_total: 0,
      madang_rooms_quarantined: 0,
      'madang_room_rejected_total{reason="overloaded"}': 0,
    });
    await standing({
      madang_store_answers: 1,
      [`madang_projector_running{stream="${stream}"}`]: 1,
      [`madang_projector_paused{stream="${stream}"}`]: 0,
      [`madang_projector_events_total{stream="${stream}"}`]: 2,
      [`madang_projector_dead_letters_total{stream="${stream}"}`]: 0,
      [`madang_projector_lag_records{stream="${stream}"}`]: 0,
      [`madang_log_max_bytes{stream="${stream}"}`]: 8 * 1024 * 1024,
      madang_audit_different_rows_total: 0,
      madang_audit_missing_rows_total: 0,
    });

    road.cut();
    await send("m3");
    await send("m4");
    await standing({
      madang_store_answers: 0,
      [`madang_projector_paused{stream="${stream}"}`]: 1,
      [`madang_projector_lag_records{stream="${stream}"}`]: 2,
    });
    road.mend();
    await standing({
      madang_store_answers: 1,
      [`madang_projector_paused{stream="${stream}"}`]: 0,
      [`madang_projector_events_total{stream="${stream}"}`]: 4,
      [`madang_projector_lag_records{stream="${stream}"}`]: 0,
    });
    client.disconnect();
  });
});

/** Name and labels, as Prometheus has them, and the value. */
async function figuresOf(site: Site): Promise<Record<string, number>> {
  const text = await (await fetch(`http://${site.authority}/metrics`)).text();
  const samples = [...text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)];
  return Object.fromEntries(samples.map(([, name = "", value]) => [name, Number(value)]));
}
