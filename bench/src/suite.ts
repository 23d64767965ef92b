/** What a suite is. Each lives in its own file under `suites/`. */
import type { Layer, Stack } from "./stack.ts";

export interface SuiteOptions {
  /** A short look whether it works. Its figures are for nothing else. */
  readonly quick: boolean;
  readonly viewers?: number | undefined;
  readonly stacks: readonly Stack[];
  readonly profileDirectory?: string | undefined;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** One case of one run. Units are in the figures' names. */
export interface Measurement {
  readonly case: string;
  /** Which stack, where there are several. */
  readonly stack?: string;
  readonly layer?: Layer;
  readonly figures: { readonly [figure: string]: number };
  /** Why these figures are worth nothing. */
  readonly faults: readonly string[];
  /** What a reader of the figures should know. */
  readonly notes?: readonly string[];
}

export interface Suite {
  readonly name: string;
  readonly about: string;
  /** How often, where nobody says. */
  readonly repeats: number;
  /** Figures that are shown as ratios to those of another stack in the same repeat. */
  readonly ratio?: { readonly figure: string; readonly to: string };
  /** Why it cannot be run on this machine. */
  readonly missing?: () => string | undefined;
  /** The stacks it measures, where not all. */
  readonly stacks?: readonly string[];
  run(options: SuiteOptions): Promise<Measurement[]>;
}

/** Above this the generator may be what was measured. */
export const mostGeneratorCores = 0.8;

export function generatorFault(cores: number): string[] {
  return cores > mostGeneratorCores ? [`the generator used ${cores.toFixed(2)} of a core`] : [];
}
