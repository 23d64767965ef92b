// Everything bad that we could think of, at once, while two people chat: each ends as it is said here, and the two notice nothing.
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Folder, type Site, secrets, startAllInOne, temporaryFolder } from "../support/processes.ts";
import { tokenFor } from "../support/viewer.ts";
import type { PairMessage, PairReport } from "./chat-pair.ts";
import { type Row, soonMs } from "./row.ts";
import { apiRows } from "./rows-api.ts";
import { commandRows } from "./rows-commands.ts";
import { frameRows } from "./rows-frames.ts";
import { textRows } from "./rows-texts.ts";

const rows: readonly Row[] = [...frameRows, ...commandRows, ...apiRows, ...textRows];

/** Of those that end at once; those that take their time all go on meanwhile. */
const atOnce = 8;
/** In so many rounds, each followed by a time of quiet as long, so that what else the machine does falls on both alike. */
const rounds = 12;
const leastRoundMs = 600;
/** A machine that does something else for a moment adds as much to any p99. Below twice this nothing is called doubled. */
const floorMs = 75;

let folder: Folder;
let site: Site;
const outcomes = new Map<Row, { ends: string; tookMs: number }>();
let reports: PairReport[];

beforeAll(async () => {
  folder = temporaryFolder();
  // Without pings, whose answers would come amid what is sent as bytes.
  site = await startAllInOne(folder.path, { MADANG_LIMITS: "on", MADANG_PING_MS: "999999" });
  const tokens = [await tokenFor("pair-a"), await tokenFor("pair-b")];
  const pair = new Worker(new URL("./chat-pair.ts", import.meta.url), { workerData: { url: site.socketUrl, tokens } });
  const heard = () => new Promise<unknown>((resolve, reject) => pair.once("message", resolve).once("error", reject));
  const tell = (message: PairMessage) => pair.postMessage(message);
  await heard();
  // The first words wake the room.
  await sleep(1_000);
  const slow = rows.filter(({ withinMs }) => withinMs !== undefined).map(play);
  const quick = rows.filter(({ withinMs }) => withinMs === undefined);
  for (let round = 0; round < rounds; round++) {
    tell({ phase: "meanwhile" });
    const began = performance.now();
    await Promise.all([playAll(quick.filter((_, index) => index % rounds === round)), sleep(leastRoundMs)]);
    tell({ phase: "between" });
    await sleep(performance.now() - began);
  }
  await Promise.all(slow);
  const told = heard();
  tell("end");
  reports = (await told) as PairReport[];
}, 60_000);
afterAll(async () => {
  await site?.stop();
  folder?.[Symbol.dispose]();
});

async function playAll(some: Row[]): Promise<void> {
  const next = async () => {
    for (let row = some.shift(); row !== undefined; row = some.shift()) await play(row);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

async function play(row: Row): Promise<void> {
  const at = { authority: site.authority, apiKey: secrets.MADANG_API_KEY };
  const began = performance.now();
  const ends = await row.play(at).catch((error: unknown) => String(error));
  outcomes.set(row, { ends, tookMs: performance.now() - began });
}

test("the table has at least 120 bad inputs, each with a name of its own", () => {
  const names = rows.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(rows.length).toBeGreaterThanOrEqual(120);
});

describe("bad input", () => {
  test.each(rows.map((row) => [row.name, row.ends, row] as const))("%s: %s", (_, ends, row) => {
    const outcome = outcomes.get(row);
    expect(outcome?.ends).toBe(ends);
    expect(outcome?.tookMs).toBeLessThan(row.withinMs ?? soonMs);
  });
});

describe("meanwhile two people who chat", () => {
  test("miss nothing, and have every message once, at its place", () => {
    expect(reports.map(({ phase }) => phase)).toEqual(expect.arrayContaining(["meanwhile", "between"]));
    for (const { sent, lost, troubles } of reports) {
      expect([lost, troubles]).toEqual([0, []]);
      expect(sent).toBeGreaterThan(0);
    }
    expect(reports.find(({ phase }) => phase === "meanwhile")?.sent).toBeGreaterThan(300);
  });

  test("hear each other as soon as before: the p99 is less than doubled", () => {
    const p99 = (name: string) => reports.find(({ phase }) => phase === name)?.p99 ?? Number.NaN;
    const usual = Math.max(p99("between"), floorMs);
    console.log(
      reports
        .map(
          ({ phase, sent, p50, p99, worst }) =>
            `${phase}: ${sent} messages, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`,
        )
        .join("\n"),
    );
    expect(p99("meanwhile")).toBeLessThan(2 * usual);
  });
});

test("the site is well afterwards: it lives, is ready, and complains of no failure of its own", async () => {
  expect((await fetch(`http://${site.authority}/readyz`)).status).toBe(200);
  // Warnings are of refusals; an error would be a bug that some input found.
  expect(
    site
      .output()
      .split("\n")
      .filter((line) => /"level":(?:50|60|"error"|"fatal")/.test(line)),
  ).toEqual([]);
});
