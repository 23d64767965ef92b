// What setup tells the person in front of it: one plain line a step, and a sign of life while a step is long.

/** A failure that is explained by its message alone: no stack is shown. */
export class SetupError extends Error {
  name = "SetupError";
}

export function say(line) {
  process.stdout.write(`setup: ${line}\n`);
}

/** Runs `work`, saying every few seconds that it still goes on. */
export async function sayWhile(what, work) {
  const started = Date.now();
  const timer = setInterval(() => say(`${what}: ${Math.round((Date.now() - started) / 1000)} s`), 5_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** The reason in one line: commands and drivers like to answer with pages. */
export function reason(error) {
  const [first = ""] = String(error?.message ?? error).split("\n");
  const code = error?.cause?.code ?? error?.code;
  return code && !first.includes(code) ? `${first} (${code})` : first;
}
