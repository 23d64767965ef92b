/** Takes a timer back. Calling it again, or after the timer has fired, does nothing. */
export type Cancel = () => void;

/** Time as the kernel sees it. Tests bring a {@link ManualClock}. */
export interface Clock {
  /** Milliseconds that never run backwards. */
  now(): number;
  setTimer(afterMs: number, fire: () => void): Cancel;
}

// Node fires a longer timer, and an infinite one, after one millisecond.
const longestMs = 2 ** 31 - 1;

/** The machine's monotonic clock. Its timers do not keep a process alive: an idle directory may not hold one up. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(afterMs, fire) {
    const timer = setTimeout(fire, Math.min(afterMs, longestMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
