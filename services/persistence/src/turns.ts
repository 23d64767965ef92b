/**
 * Work that takes the loop for some milliseconds takes turns: one piece in each round of the loop, whoever has it, so that what else waits
 * for the loop never waits for eight of them.
 */
const waiting: (() => void)[] = [];

/** Resolves when it is our turn: everything up to the next `await` is our piece. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(next);
  });
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}
