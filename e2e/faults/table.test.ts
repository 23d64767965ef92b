import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project } from "../support/processes.ts";
import { faults } from "./table.ts";

/** The rows of the first table beneath a heading of a page, without backticks. */
function rowsUnder(heading: string, page: string): string[][] {
  const text = readFileSync(join(project, page), "utf8");
  const table = text.slice(text.indexOf(`## ${heading}\n`)).match(/(?:^\|.*\n)+/m)?.[0] ?? "";
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .replaceAll("`", "")
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test("docs/reliability.md names every fault as --only takes it, and with the limit that it is held to", () => {
  const documented = rowsUnder("What a failure costs", "docs/reliability.md")
    .map(([name, , promised = ""]) => ({
      name,
      seconds: [...promised.matchAll(/(\d+) s/g)].reduce((sum, [, s]) => sum + Number(s), 0),
    }))
    // A test of its own, since it needs a small log.
    .filter(({ name }) => name !== "log full, database away");
  expect(documented).toHaveLength(faults.length);
  expect(documented).toEqual(expect.arrayContaining(faults.map(({ name, limitMs }) => ({ name, seconds: limitMs / 1_000 }))));
});
