/** Rows as Markdown. */

import { stacks } from "../stacks/index.ts";
import { type Spread, spread } from "../statistics.ts";
import type { Row } from "./rows.ts";

export function tableOf(rows: readonly Row[]): string {
  const parts = rows.some(({ stack }) => stack !== undefined) ? [costs(rows), latencies(rows)] : [figures(rows)];
  return [...parts, ...remarks(rows)].join("\n\n");
}

/** A stack in each row, a case in each group of columns. */
function costs(rows: readonly Row[]): string {
  const cases = [...Map.groupBy(rows, (row) => row.case).keys()];
  const withRatio = rows.some(({ ratio }) => ratio !== undefined);
  const withCost = rows.some(({ figures }) => "costToSmallest" in figures);
  const more = [...(withRatio ? ["ratio to F1"] : []), ...(withCost ? ["cost to the smallest"] : [])];
  const head = ["layer", "stack", ...cases.flatMap((name) => [`${name}: k/CPU-s`, ...more]), "idle, cores"];
  const lines = byStack(rows).map(([stack, group]) => [
    ...named(stack, group),
    ...cases.flatMap((name) => {
      const row = group.find((one) => one.case === name);
      const more = [...(withRatio ? [ranged(row?.ratio)] : []), ...(withCost ? [ranged(row?.figures.costToSmallest)] : [])];
      return [thousands(row?.figures.perCpuSecond), ...more];
    }),
    ranged(group[0]?.figures.idleCores, false),
  ]);
  return markdown(head, lines);
}

function latencies(rows: readonly Row[]): string {
  const cases = [...Map.groupBy(rows, (row) => row.case).keys()];
  const head = ["layer", "stack", ...cases.flatMap((name) => [`${name}: p50 / p99, ms`, "cores", "per frame"])];
  const lines = byStack(rows).map(([stack, group]) => [
    ...named(stack, group),
    ...cases.flatMap((name) => {
      const found = group.find((one) => one.case === name)?.figures ?? {};
      const perFrame = (found.deliveries?.median ?? Number.NaN) / (found.frames?.median ?? Number.NaN);
      return [`${ranged(found.p50Ms, false)} / ${ranged(found.p99Ms, false)}`, ranged(found.serverCores, false), shown(perFrame)];
    }),
  ]);
  const all = (figure: string) => rows.flatMap((row) => (row.figures[figure] === undefined ? [] : [row.figures[figure]]));
  const most = (figure: string) => spread(all(figure).map(({ max }) => max)).max;
  const noise = spread(all("otherCores").map(({ median }) => median));
  return `${markdown(head, lines)}\n\nThe generator used ${shown(most("generatorCores"))} of a core at the most, everything else on the machine ${shown(noise.median)} (${shown(noise.max)} at the most).`;
}

function byStack(rows: readonly Row[]): [string, Row[]][] {
  return [...Map.groupBy(rows, (row) => row.stack ?? "")];
}

function named(stack: string, group: readonly Row[]): string[] {
  const { title } = stacks.find(({ name }) => name === stack) ?? { title: stack };
  return [group[0]?.layer ?? "", title];
}

/** A figure in each row, a case in each column. */
function figures(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.figures)))];
  const lines = names.map((name) => [sayFigure(name), ...rows.map((row) => ranged(row.figures[name]))]);
  return markdown(["", ...rows.map((row) => `${row.layer === undefined ? "" : `${row.layer}: `}${row.case}`)], lines);
}

/** `ackP50Ms` is `ack p50, ms`. */
export function sayFigure(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase();
  return words
    .replace(/(?<! per) (ms|s)$/, ", $1")
    .replace(/^ki b/, "KiB")
    .replaceAll("mi b", "MiB")
    .replace("cpu us", "CPU µs");
}

function remarks(rows: readonly Row[]): string[] {
  const repeats = spread(rows.map((row) => row.repeats));
  const count = repeats.min === repeats.max ? String(repeats.max) : `${repeats.min} to ${repeats.max}`;
  const said = rows.flatMap(({ case: name, stack, faults, notes }) => {
    const what = stack === undefined ? name : `${stack}, ${name}`;
    return [...notes.map((note) => `- ${what}: ${note}`), ...faults.map((fault) => `- **Void**, ${what}: ${fault}`)];
  });
  return [
    `Medians of ${count} ${count === "1" ? "run" : "repeats"}, with their ranges.`,
    ...(said.length > 0 ? [said.join("\n")] : []),
  ];
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}

function thousands(found: Spread | undefined): string {
  return found === undefined ? "" : shown(found.median / 1000);
}

/** The median, and the range where there is one. */
function ranged(found: Spread | undefined, withRange = true): string {
  if (found === undefined) return "";
  const { median, min, max } = found;
  const [low, middle, high] = [shown(min), shown(median), shown(max)];
  return withRange && low !== high ? `${middle} (${low} … ${high})` : middle;
}

export function shown(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  const digits = Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4;
  return value.toFixed(digits);
}
