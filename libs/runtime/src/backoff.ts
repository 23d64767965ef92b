/** How long to wait before try number `attempt` (from 0): doubling from the first wait up to the longest. */
export function backoff(attempt: number, { firstMs, longestMs }: { firstMs: number; longestMs: number }): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30));
}
