import type { Conditions } from "./machine.ts";
import type { Measurement } from "./suite.ts";

/** One measurement of one repeat. */
export interface Run extends Measurement {
  readonly suite: string;
  readonly repeat: number;
}

/** A file under `results/`. */
export interface Result extends Conditions {
  /** Of a short look only. */
  readonly quick: boolean;
  readonly viewers?: number | undefined;
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
  readonly runs: readonly Run[];
}
