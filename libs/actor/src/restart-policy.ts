/** When a failed actor may try again. Pure: time and luck are passed in. */

export interface RestartLimits {
  /** More than these within the window lead to quarantine. */
  readonly maxRestarts: number;
  readonly windowMs: number;
  /** The ceiling of the first wait; it doubles with each failure in the window. */
  readonly baseMs: number;
  /** No wait is longer. */
  readonly capMs: number;
  readonly quarantineMs: number;
}

/** The times of the failures that may still lie in the window, oldest first. */
export type FailureTimes = readonly number[];

export type RestartDecision =
  | { readonly kind: "restart"; readonly afterMs: number; readonly failures: FailureTimes }
  | { readonly kind: "quarantine"; readonly until: number };

export function afterFailure(
  earlier: FailureTimes,
  at: { readonly now: number; readonly random: () => number },
  limits: RestartLimits,
): RestartDecision {
  const failures = [...earlier.filter((time) => time > at.now - limits.windowMs), at.now];
  if (failures.length > limits.maxRestarts) return { kind: "quarantine", until: at.now + limits.quarantineMs };
  const ceiling = Math.min(limits.capMs, limits.baseMs * 2 ** (failures.length - 1));
  // Full jitter: actors that fell together (the broker went away) do not come back together.
  return { kind: "restart", afterMs: at.random() * ceiling, failures };
}

/** After a quarantine that ended by itself: the window counts as full, so that the next failure within it ends the trial. */
export function onTrial(now: number, limits: RestartLimits): FailureTimes {
  return new Array<number>(limits.maxRestarts).fill(now);
}
