// Aho and Corasick's automaton: all patterns are looked for in one walk over the text.

/** A pattern, as what is told of it, ends in this node; `next` is the longest other one that ends here as well. */
interface Node<T> {
  /** Where to go on when the next code does not fit: the longest proper end of what has been read that begins a pattern. */
  fallback: number;
  readonly values: T[];
  /** The longest proper end of what has been read that is a pattern; 0 is none. */
  shorter: number;
}

/**
 * Which patterns end where. Built once, read by many. A walk takes a few steps for each code of the text, whatever the patterns are, and
 * one for each pattern that ends there. A node takes some 120 bytes, and each pattern at most one for each of its codes.
 */
export class Automaton<T> {
  readonly #nodes: Node<T>[] = [{ fallback: 0, values: [], shorter: 0 }];
  /** From a node and a code to a node. One map: a million small ones would take gigabytes. */
  readonly #edges = new Map<number, number>();

  constructor(patterns: Iterable<{ codes: readonly number[]; value: T }>) {
    const edges: { from: number; code: number; to: number }[] = [];
    for (const { codes, value } of patterns) {
      if (codes.length === 0) continue;
      let at = 0;
      for (const code of codes) {
        let to = this.#edges.get(key(at, code));
        if (to === undefined) {
          to = this.#nodes.push({ fallback: 0, values: [], shorter: 0 }) - 1;
          this.#edges.set(key(at, code), to);
          edges.push({ from: at, code, to });
        }
        at = to;
      }
      this.#node(at).values.push(value);
    }
    this.#link(edges);
  }

  /** From the shallow nodes to the deep ones: a fallback leads to a shallower node, whose own is then known. */
  #link(edges: readonly { from: number; code: number; to: number }[]): void {
    const depths = [0];
    for (const { from, to } of edges) depths[to] = (depths[from] ?? 0) + 1;
    for (const { from, code, to } of edges.toSorted((a, b) => (depths[a.to] ?? 0) - (depths[b.to] ?? 0))) {
      const node = this.#node(to);
      node.fallback = from === 0 ? 0 : this.#step(this.#node(from).fallback, code);
      const fallback = this.#node(node.fallback);
      node.shorter = fallback.values.length > 0 ? node.fallback : fallback.shorter;
    }
  }

  /** Calls `found` for each pattern and each place where it ends, at one place the longest first, until it answers "enough" for that place. */
  walk(codes: readonly number[], found: (value: T, place: number) => "enough" | "more"): void {
    let at = 0;
    for (const [place, code] of codes.entries()) {
      at = this.#step(at, code);
      for (let ending = at; ending !== 0; ending = this.#node(ending).shorter) {
        if (this.#node(ending).values.some((value) => found(value, place) === "enough")) break;
      }
    }
  }

  #step(from: number, code: number): number {
    for (let at = from; ; at = this.#node(at).fallback) {
      const to = this.#edges.get(key(at, code));
      if (to !== undefined) return to;
      if (at === 0) return 0;
    }
  }

  #node(place: number): Node<T> {
    return this.#nodes[place] as Node<T>;
  }
}

/** Code points take 21 bits. */
const key = (node: number, code: number) => node * 2 ** 21 + code;
