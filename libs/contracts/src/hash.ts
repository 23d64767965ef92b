/**
 * A 32-bit hash that every service computes alike: FNV-1a over UTF-16 code units, then MurmurHash3's finaliser, since FNV
 * alone spreads short, similar strings badly. Sources: Fowler–Noll–Vo (draft-eastlake-fnv), Appleby's MurmurHash3 fmix32.
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The candidates for a key, best first: rendezvous (highest random weight) hashing, Thaler and Ravishankar 1998. When a
 * candidate leaves, only its own keys move.
 */
export function rendezvous<T extends string>(key: string, candidates: Iterable<T>): T[] {
  return [...candidates]
    .map((candidate) => ({ candidate, weight: hash32(`${candidate}\n${key}`) }))
    .sort((a, b) => b.weight - a.weight || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}
