/** Runs become medians with their ranges, and ratios within each repeat: tables for people, in Markdown. */
import type { Result, Run } from "./result.ts";
import { type Spread, spread } from "./statistics.ts";
import { suites } from "./suites/index.ts";

export interface Row {
  readonly case: string;
  readonly stack: string | undefined;
  readonly layer: string | undefined;
  readonly repeats: number;
  readonly figures: { readonly [figure: string]: Spread };
  /** To the suite's base, within the same repeat. */
  readonly ratio: Spread | undefined;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

export function rowsOf(suite: string, runs: readonly Run[]): Row[] {
  const ofSuite = runs.filter((run) => run.suite === suite);
  const ratio = suites.find(({ name }) => name === suite)?.ratio;
  const groups = Map.groupBy(ofSuite, (run) => JSON.stringify([run.case, run.stack]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const figures: { [figure: string]: Spread } = {};
    for (const figure of new Set(group.flatMap((run) => Object.keys(run.figures))))
      figures[figure] = spread(group.flatMap((run) => run.figures[figure] ?? []));
    const ratios = group.flatMap((run) => {
      const base = ofSuite.find((other) => other.repeat === run.repeat && other.case === run.case && other.stack === ratio?.to);
      const [value, of] = [run.figures[ratio?.figure ?? ""], base?.figures[ratio?.figure ?? ""]];
      return value === undefined || of === undefined ? [] : [value / of];
    });
    return {
      case: first.case,
      stack: first.stack,
      layer: first.layer,
      repeats: group.length,
      figures,
      ratio: ratios.length === 0 ? undefined : spread(ratios),
      faults: group.flatMap(({ faults }) => faults),
      notes: [...new Set(group.flatMap(({ notes = [] }) => notes))],
    };
  });
}

export function tables(result: Result): string {
  const names = [...new Set(result.runs.map(({ suite }) => suite))];
  return names.map((name) => table(name, rowsOf(name, result.runs))).join("\n");
}

function table(suite: string, rows: readonly Row[]): string {
  const lines = ["", `## ${suite}`];
  for (const [name, group] of Map.groupBy(rows, (row) => row.case)) {
    const figures = [...new Set(group.flatMap((row) => Object.keys(row.figures)))];
    const withRatio = group.some(({ ratio }) => ratio !== undefined);
    const head = ["", ...(withRatio ? ["ratio"] : []), ...figures];
    lines.push("", `### ${name}`, "", `| ${head.join(" | ")} |`, `|${head.map(() => " --- ").join("|")}|`);
    for (const { stack = "Madang", ratio, figures: found } of group) {
      const cells = figures.map((figure) => shown(found[figure]));
      lines.push(`| ${[stack, ...(withRatio ? [shown(ratio)] : []), ...cells].join(" | ")} |`);
    }
    for (const { stack = "", faults, notes } of group) {
      for (const note of notes) lines.push("", `${stack} ${note}`.trim());
      for (const fault of faults) lines.push("", `**Void** ${stack}: ${fault}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** The median, and the range where there is one. */
function shown(found: Spread | undefined): string {
  if (found === undefined) return "";
  const { median, min, max } = found;
  return min === max ? number(median) : `${number(median)} (${number(min)} … ${number(max)})`;
}

function number(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
