// Randomness that can be had again: the same seed gives the same life, on every machine.
//
// The generator is xoshiro128** by David Blackman and Sebastiano Vigna (https://prng.di.unimi.it/xoshiro128starstar.c,
// public domain), its state filled from the seed by SplitMix32, as its authors advise.

export interface Random {
  /** From 0, up to and not 1. */
  next(): number;
  /** A whole number from 0, up to and not n. */
  int(n: number): number;
  pick<T>(array: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(array: readonly T[]): T[];
  /** True in a share p of all cases. */
  chance(p: number): boolean;
}

export function seeded(seed: number): Random {
  const next32 = xoshiro128(seed);
  const next = () => next32() / 2 ** 32;
  const int = (n: number) => Math.floor(next() * n);
  return {
    next,
    int,
    pick: <T>(array: readonly T[]): T => {
      if (array.length === 0) throw new RangeError("nothing to pick from");
      return array[int(array.length)] as T;
    },
    shuffle: <T>(array: readonly T[]): T[] => {
      // Fisher and Yates, from the end.
      const shuffled = [...array];
      for (let place = shuffled.length - 1; place > 0; place--) {
        const other = int(place + 1);
        [shuffled[place], shuffled[other]] = [shuffled[other] as T, shuffled[place] as T];
      }
      return shuffled;
    },
    chance: (p) => next() < p,
  };
}

function xoshiro128(seed: number): () => number {
  const fill = splitMix32(seed);
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill();
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
}

const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));

function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
}
