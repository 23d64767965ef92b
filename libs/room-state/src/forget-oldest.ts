/** Of a map or a set, as many entries as there may be, the newest. */
export function forgetOldest<K>(entries: { size: number; keys(): Iterable<K>; delete(key: K): boolean }, most: number): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= most) return;
    entries.delete(oldest);
  }
}
