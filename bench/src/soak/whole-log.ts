/** The log of a room from its first event on, where the log itself has only the newest. Pure. */
import type { Placed } from "@madang/devkit";

/**
 * Hours of a load are more than a log keeps: its janitor frees what is stored. What lies before the log's first event is then in the store
 * alone, and taken from there; from it on the log speaks for itself.
 */
export function wholeLog(logged: readonly Placed[], rows: readonly Placed[]): readonly Placed[] {
  const first = logged[0]?.offset ?? Number.POSITIVE_INFINITY;
  return [...rows.filter(({ offset }) => offset < first), ...logged];
}
