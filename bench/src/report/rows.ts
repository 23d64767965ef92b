/** Runs become rows: medians with their ranges, and ratios within each repeat. */
import type { Run } from "../result.ts";
import type { Layer } from "../stack.ts";
import { type Spread, spread } from "../statistics.ts";

export interface Row {
  readonly case: string;
  readonly stack: string | undefined;
  readonly layer: Layer | undefined;
  readonly repeats: number;
  readonly figures: { readonly [figure: string]: Spread };
  /** Of `figure` to that of `to` in the same case of the same repeat: what slowed the machine down then, slowed both. */
  readonly ratio: Spread | undefined;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** `runs` are of one suite. */
export function rowsOf(runs: readonly Run[], ratio?: { readonly figure: string; readonly to: string }): Row[] {
  const groups = Map.groupBy(runs, (run) => JSON.stringify([run.case, run.stack]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const figures: { [figure: string]: Spread } = {};
    for (const figure of new Set(group.flatMap((run) => Object.keys(run.figures))))
      figures[figure] = spread(group.flatMap((run) => run.figures[figure] ?? []));
    const ratios = ratio === undefined ? [] : group.flatMap((run) => ratioOf(run, runs, ratio));
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

function ratioOf(run: Run, runs: readonly Run[], { figure, to }: { figure: string; to: string }): number[] {
  const base = runs.find((other) => other.repeat === run.repeat && other.case === run.case && other.stack === to);
  const [value, of] = [run.figures[figure], base?.figures[figure]];
  return value === undefined || of === undefined ? [] : [value / of];
}
