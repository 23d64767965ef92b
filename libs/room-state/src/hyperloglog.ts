/**
 * How many different users there are among many, within some 3 %, in 1 KiB that can be added to another's.
 * Source: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm" (2007), with
 * linear counting for small numbers.
 */
import { hash32 } from "@madang/contracts";

/** 2^10 registers: a standard error of 1.04 / √1024 = 3.25 %. */
const bits = 10;
const registers = 1 << bits;
/** The paper's bias correction for so many. */
const alpha = 0.7213 / (1 + 1.079 / registers);

export class HyperLogLog {
  readonly #ranks: Uint8Array;

  constructor(ranks = new Uint8Array(registers)) {
    this.#ranks = ranks;
  }

  /** @throws RangeError: it is not one */
  static decode(text: string): HyperLogLog {
    const ranks = Buffer.from(text, "base64");
    if (ranks.length !== registers) throw new RangeError(`a sketch of ${ranks.length} registers`);
    return new HyperLogLog(new Uint8Array(ranks));
  }

  add(user: string): void {
    const hash = mix(hash32(user));
    const register = hash >>> (32 - bits);
    // A one behind the rest, so that the rank ends.
    const rest = ((hash << bits) | (1 << (bits - 1))) >>> 0;
    const rank = Math.clz32(rest) + 1;
    if (rank > (this.#ranks[register] ?? 0)) this.#ranks[register] = rank;
  }

  /** All that are in either. */
  merge(other: HyperLogLog): void {
    for (let i = 0; i < registers; i++) this.#ranks[i] = Math.max(this.#ranks[i] ?? 0, other.#ranks[i] ?? 0);
  }

  count(): number {
    let sum = 0;
    let empty = 0;
    for (const rank of this.#ranks) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const estimate = (alpha * registers * registers) / sum;
    // Few: how many registers are still empty says more.
    if (estimate <= 2.5 * registers && empty > 0) return Math.round(registers * Math.log(registers / empty));
    return Math.round(estimate);
  }

  encode(): string {
    return Buffer.from(this.#ranks).toString("base64");
  }
}

/** Spreads the bits: our hash is made for few buckets. Source: the finalizer of MurmurHash3, by Austin Appleby. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
