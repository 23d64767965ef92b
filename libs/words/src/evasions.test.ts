import { describe, expect, test } from "vitest";
import { banned, evasions, heldOut } from "./evasions.ts";
import { heldOut as heldOutInnocents, innocents } from "./innocents.ts";
import { Words } from "./words.ts";

const words = new Words([banned]);
const isFound = (text: string) => words.find(text).length > 0;

/** Prints, for each kind, how many of how many texts are not what they should be, and which. */
function wrong(title: string, table: Readonly<Record<string, readonly string[]>>, isWrong: (text: string) => boolean) {
  const rows = Object.entries(table).map(([kind, texts]) => ({ kind, of: texts.length, texts: texts.filter(isWrong) }));
  const all = rows.flatMap(({ texts }) => texts);
  const total = rows.reduce((sum, { of }) => sum + of, 0);
  console.log(
    [
      `${title}: ${all.length} of ${total}`,
      ...rows.map(
        ({ kind, of, texts }) => `  ${kind}: ${texts.length} of ${of} ${texts.map((text) => JSON.stringify(text)).join(" ")}`,
      ),
    ].join("\n"),
  );
  return { wrong: all.length, total };
}

describe("banned words", () => {
  test("are found", () => {
    wrong("misses", evasions, (text) => !isFound(text));
    wrong("false alarms", innocents, isFound);
    wrong("held-out misses", heldOut, (text) => !isFound(text));
    wrong("held-out false alarms", heldOutInnocents, isFound);
    expect(1).toBe(1);
  });
});
