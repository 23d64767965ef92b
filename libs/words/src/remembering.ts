/** What is remembered of one question: 4,096 of the 11,172 Hangul syllables are twice those in use. Some 400 KB. */
const most = 4_096;

/** The same function of a code point, which remembers its answers: asking Unicode's tables again and again is slow. */
export function remembering<T>(answer: (code: number) => T): (code: number) => T {
  const known = new Map<number, T>();
  return (code) => {
    const before = known.get(code);
    if (before !== undefined) return before;
    const now = answer(code);
    if (known.size < most) known.set(code, now);
    return now;
  };
}
