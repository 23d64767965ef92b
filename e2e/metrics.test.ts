// What Prometheus gets to see of the services, and that it tells of trouble.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RoomId, shardOf, streamName } from "@madang/contracts";
import { cuttable, eventually, testDatabase, testNats } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { project, type Site, startService } from "./support/processes.ts";
import { promtool } from "./support/promtool.ts";
import { connected, sendUntilAnswered, viewer } from "./support/viewer.ts";

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

  test("[A6] of each service has what docs/metrics.md says, nothing else, and passes promtool's check", async () => {
    await using nats = await testNats();
    await using database = await testDatabase();
    const settings = { NATS_URL: nats.url, DATABASE_URL: database.url, MADANG_LOG_MAX_BYTES: String(64 * 1024 * 1024) };
    await using persistence = await startService("persistence", settings);
    await using rooms = await startService("room", settings);
    await using gateway = await startService("gateway", settings);
    using kim = await viewer(gateway.socketUrl, room, { user: "kim" });
    await sendUntilAnswered(kim.client, { channel: room, id: "m1", data: { text: "m1" } });
    await eventually(() => expect(kim.seen).toHaveLength(1));
    // Not where clients come to.
    expect((await fetch(`http://${gateway.authority}/metrics`)).status).toBe(404);
    for (const [service, site] of Object.entries({ gateway, room: rooms, persistence })) {
      const page = tableOf(service);
      // Some only begin with the first transaction, or the first round of the audit.
      await eventually(async () => expect(rowsOf(await pageOf(site))).toEqual(page), { withinMs: 15_000, everyMs: 200 });
      const text = await pageOf(site);
      expect(text).not.toMatch(/kim|live:counted/);
      expect(await promtool(["check", "metrics"], text), service).toBe("");
    }
  });
});

/** Of one service: each metric with its kind, labels and description. */
function tableOf(service: string): string[][] {
  const section = readFileSync(join(project, "docs/metrics.md"), "utf8").split(`## ${service}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `(\w+)` +\| (\w+) +\| ([^|]*?) +\| ([^|]*?) +\|$/gm)].map(([, ...cells]) => cells);
}

function rowsOf(page: string): string[][] {
  const described = new Map([...page.matchAll(/^# HELP (\w+) (.*)$/gm)].map(([, name = "", text = ""]) => [name, text]));
  return [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)]
    .map(([, name = "", kind = ""]) => {
      const samples = page.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, "gm"));
      const labels = new Set(
        [...samples].flatMap(([, set = ""]) => [...set.matchAll(/(\w+)="/g)].map(([, label = ""]) => label)),
      );
      labels.delete("le");
      return [
        name,
        kind,
        [...labels]
          .sort()
          .map((label) => `\`${label}\``)
          .join(", "),
        described.get(name) ?? "",
      ];
    })
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
}

const pageOf = async (site: Site) => (await fetch(`http://${site.healthAuthority}/metrics`)).text();

/** Name and labels, as Prometheus has them, and the value. */
async function figuresOf(site: Site): Promise<Record<string, number>> {
  const text = await pageOf(site);
  const samples = [...text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm)];
  return Object.fromEntries(samples.map(([, name = "", value]) => [name, Number(value)]));
}
