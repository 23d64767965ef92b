/** How long to wait before the nth try, ms: more each time up to 5 s, with jitter, so that those who failed together do not come back together. */
export function backOffMs(attempt: number, random: () => number): number {
  const most = Math.min(5_000, 200 * 2 ** attempt);
  return most / 2 + (random() * most) / 2;
}
