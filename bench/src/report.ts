/** Repeats become medians with their ranges, for people as a table and for later as JSON. */
import { type Spread, spread } from "./statistics.ts";
import type { Measurement } from "./suite.ts";

export interface CaseReport {
  readonly case: string;
  readonly repeats: number;
  readonly figures: { readonly [figure: string]: Spread };
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

export function summarise(measurements: readonly Measurement[]): CaseReport[] {
  const byCase = Map.groupBy(measurements, (measurement) => measurement.case);
  return [...byCase].map(([name, runs]) => {
    const figures: { [figure: string]: Spread } = {};
    for (const figure of new Set(runs.flatMap((run) => Object.keys(run.figures))))
      figures[figure] = spread(runs.flatMap((run) => run.figures[figure] ?? []));
    return {
      case: name,
      repeats: runs.length,
      figures,
      faults: runs.flatMap((run) => run.faults),
      notes: runs.flatMap((run) => run.notes ?? []),
    };
  });
}

export function table(reports: readonly CaseReport[]): string {
  const lines: string[] = [];
  for (const { case: name, repeats, figures, faults, notes } of reports) {
    lines.push("", `${name}  (${repeats} repeats)`);
    for (const [figure, { median, min, max }] of Object.entries(figures))
      lines.push(`  ${figure.padEnd(24)} ${shown(median).padStart(9)}   ${shown(min)} … ${shown(max)}`);
    for (const note of notes) lines.push(`  note: ${note}`);
    for (const fault of faults) lines.push(`  VOID: ${fault}`);
  }
  return `${lines.join("\n")}\n`;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}
