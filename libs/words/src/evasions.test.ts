import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { banned, evasions, heldOut, last } from "./evasions.ts";
import { innocents, heldOut as moreInnocents } from "./innocents.ts";
import { Words } from "./words.ts";

type Table = Readonly<Record<string, readonly string[]>>;
const words = new Words([banned]);
const isFound = (text: string) => words.find(text).length > 0;

/** For each kind, how many texts there are, and which of them are not what they should be. */
function wrong(tables: readonly Table[], isWrong: (text: string) => boolean): { kind: string; of: number; texts: string[] }[] {
  const kinds = new Set(tables.flatMap(Object.keys));
  return [...kinds].map((kind) => {
    const texts = tables.flatMap((table) => table[kind] ?? []);
    return { kind, of: texts.length, texts: texts.filter(isWrong) };
  });
}

function print(title: string, rows: ReturnType<typeof wrong>): void {
  const sum = (count: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + count(row), 0);
  const lines = rows.map(
    ({ kind, of, texts }) => `  ${kind}: ${texts.length} of ${of}  ${texts.map((text) => JSON.stringify(text)).join(" ")}`,
  );
  console.log([`${title}: ${sum(({ texts }) => texts.length)} of ${sum(({ of }) => of)}`, ...lines].join("\n"));
}

/** The rows `| kind | texts | wrong |` of one of the page's tables, and `all`, their sum. */
function stated(title: string): { kind: string; of: number; wrong: number }[] {
  const page = readFileSync(new URL("../../../docs/moderation.md", import.meta.url), "utf8");
  const section = page.split(`### ${title}\n`)[1]?.split("\n#")[0] ?? "";
  return [...section.matchAll(/^\| ([^|]+?) +\| +(\d+) +\| +(\d+) +\|/gm)].map(([, kind = "", of, count]) => ({
    kind,
    of: Number(of),
    wrong: Number(count),
  }));
}

function expectNoMoreThan(title: string, rows: ReturnType<typeof wrong>): void {
  const all = { kind: "all", of: rows.reduce((sum, { of }) => sum + of, 0), texts: rows.flatMap(({ texts }) => texts) };
  const table = stated(title);
  expect(table.map(({ kind, of }) => ({ kind, of }))).toEqual([...rows, all].map(({ kind, of }) => ({ kind, of })));
  for (const { kind, texts } of [...rows, all]) {
    expect(texts.length, kind).toBeLessThanOrEqual(table.find((row) => row.kind === kind)?.wrong ?? 0);
  }
}

describe("banned words", () => {
  test("are missed no more often than docs/moderation.md says", () => {
    const misses = wrong([evasions, heldOut, last], (text) => !isFound(text));
    print("misses", misses);
    expectNoMoreThan("What is missed", misses);
  });

  test("are seen in honest texts no more often than it says", () => {
    const alarms = wrong([innocents, moreInnocents], isFound);
    print("false alarms", alarms);
    expectNoMoreThan("What is found and should not be", alarms);
  });
});
