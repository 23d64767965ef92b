/** The longest time without an acknowledgement: from `from` to the first after it, between any two later ones, and from the last to `until`. */
export function longestStall(acknowledgedAt: readonly number[], { from, until }: { from: number; until: number }): number {
  let longest = 0;
  let before = from;
  for (const at of [...acknowledgedAt.filter((at) => at > from), until]) {
    longest = Math.max(longest, at - before);
    before = at;
  }
  return longest;
}
