import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OperateOverview } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { tabs } from "./tabs.ts";
import { about, troublesOf } from "./troubles.ts";

const gateway = { kind: "gateway", member: "g1", name: "gate", ready: true, natsAnswers: true };
const room = { kind: "room", member: "r1", ready: true };
const persistence = { kind: "persistence", member: "p1", ready: true, storeAnswers: true };
const stream = { stream: "ROOMS_0", holder: "p1", lagRecords: 0, lagMs: 0, paused: false, lost: 0 };
const audit = { member: "p1", missing: 0, different: 0 };

const overview = (fields: object = {}) =>
  ({
    missing: [],
    members: [gateway, room, persistence],
    rooms: [],
    troubled: [],
    streams: [stream],
    audit,
    deadLetters: { count: 0 },
    ...fields,
  }) as unknown as OperateOverview;
const what = (fields: object) => troublesOf(overview(fields)).map((trouble) => trouble.what);

describe("what is wrong", () => {
  test("is nothing where all is well", () => {
    expect(troublesOf(overview())).toEqual([]);
  });

  test("is who has not answered, and what there is none of", () => {
    expect(troublesOf(overview({ missing: [{ kind: "room", member: "r2" }] }))).toEqual([
      { what: "missing", kind: "room", member: "r2" },
    ]);
    expect(troublesOf(overview({ members: [gateway, persistence] }))).toEqual([{ what: "none", kind: "room" }]);
  });

  test("is a gateway without NATS, a database that is away, or whoever else is not ready, each once", () => {
    expect(what({ members: [{ ...gateway, natsAnswers: false, ready: false }, room, persistence] })).toEqual(["withoutNats"]);
    expect(what({ members: [gateway, room, { ...persistence, storeAnswers: false, ready: false }] })).toEqual(["storeAway"]);
    expect(what({ members: [gateway, { ...room, ready: false }, persistence] })).toEqual(["notReady"]);
  });

  test("is a room in quarantine, or about to be started again", () => {
    const troubled = [
      { room: "live:b", state: "restarting", restarts: 2 },
      { room: "live:a", state: "quarantined", restarts: 4, failure: { error: "TypeError" }, quarantinedUntil: 9 },
    ];
    expect(troublesOf(overview({ troubled }))).toEqual([
      { what: "quarantined", room: "live:a", until: 9, error: "TypeError" },
      { what: "restarting", room: "live:b", restarts: 2 },
    ]);
  });

  test("is a stream that is behind, that waits, that lost events, or that nobody stores", () => {
    expect(what({ streams: [{ ...stream, lagRecords: 10_001 }] })).toEqual(["lags"]);
    expect(what({ streams: [{ ...stream, lagMs: 10_001, paused: true }] })).toEqual(["lags"]);
    expect(what({ streams: [{ ...stream, paused: true }] })).toEqual(["paused"]);
    expect(what({ streams: [{ ...stream, lost: 1 }] })).toEqual(["lost"]);
    expect(what({ streams: [{ stream: "ROOMS_0", lagRecords: 0 }] })).toEqual(["unprojected"]);
    expect(what({ streams: [{ ...stream, lagRecords: 10_000, lagMs: 10_000 }] })).toEqual([]);
  });

  test("is not that nobody stores a stream while the one who may do so does not answer", () => {
    const missing = [{ kind: "persistence", member: "p2" }];
    expect(what({ missing, audit: undefined, streams: [{ stream: "ROOMS_0" }] })).toEqual(["missing"]);
  });

  test("is what the audit found, that nobody audits, dead letters, and commits that take long", () => {
    expect(what({ audit: { ...audit, different: 1 } })).toEqual(["differs"]);
    expect(what({ audit: undefined })).toEqual(["unaudited"]);
    expect(what({ deadLetters: { count: 3 } })).toEqual(["deadLetters"]);
    expect(what({ rooms: [{ room: "live:a", live: { commitP99Ms: 501 } }] })).toEqual(["slow"]);
  });

  test("comes with what is broken first", () => {
    const missing = [{ kind: "room", member: "r2" }];
    expect(what({ deadLetters: { count: 1 }, streams: [{ ...stream, paused: true, lost: 1 }], missing })).toEqual([
      "missing",
      "lost",
      "paused",
      "deadLetters",
    ]);
    const bad = Object.values(about).map((one) => one.bad);
    expect(bad).toEqual(bad.toSorted((a, b) => Number(b) - Number(a)));
  });

  test("names headings that docs/operations.md has, and parts that the page has", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../../../docs/operations.md"), "utf8");
    for (const { runbook, tab } of Object.values(about)) {
      expect(page).toContain(`\n### ${runbook}\n`);
      expect(tabs).toContain(tab);
    }
  });
});
