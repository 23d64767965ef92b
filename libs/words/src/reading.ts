import { Kind, type Sign } from "./sign.ts";

/** One way to read a text: a row of signs in which words are looked for. */
export interface Reading {
  readonly how: "written" | "leet" | "spaced" | "inserted";
  readonly signs: readonly Sign[];
  /** Where pieces were joined: what stood between a sign and the one before it. */
  readonly joints: ReadonlyMap<number, string>;
}

/** Keeps what is not together apart: no pattern holds it, not even one of several words. */
export function separator(signs: readonly Sign[]): Sign {
  const end = signs.at(-1)?.end ?? 0;
  return { code: 0, kind: Kind.symbol, start: end, end, first: true, last: true };
}
