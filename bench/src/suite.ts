/** What a suite is. Each lives in its own file under `suites/` and runs in a generator process against a fresh server. */
export interface Target {
  readonly authority: string;
  /** Of the server's first process. */
  readonly pid: number;
}

/** One case of one run. Units are in the figures' names. */
export interface Measurement {
  readonly case: string;
  readonly figures: { readonly [figure: string]: number };
  /** Why these figures are worth nothing. */
  readonly faults: readonly string[];
  /** What a reader of the figures should know. */
  readonly notes?: readonly string[];
}

export type Suite = (target: Target) => Promise<Measurement[]>;

/** Above this the generator may be what was measured. */
export const mostGeneratorCores = 0.8;

export function faultsOf(found: { generatorCores: number; acknowledged: number; stored: number }): string[] {
  const faults: string[] = [];
  if (found.generatorCores > mostGeneratorCores) faults.push(`the generator used ${found.generatorCores.toFixed(2)} of a core`);
  if (found.stored !== found.acknowledged)
    faults.push(`${found.acknowledged} comments were acknowledged, the room's head is ${found.stored}`);
  return faults;
}
