/** Whether a copy of the store and one of the log belong together. The store may be behind the log, and the log has what it lacks. Pure. */

/** Of each stream of the log, by its number. */
export interface LogEnds {
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** How far the store has them: the last sequence, 0 for nothing. */
export type Stored = readonly number[];

/** Records that went by age or a janitor between the two copies, and are in neither: the streams' numbers. */
export function forgotten(stored: Stored, before: Pick<LogEnds, "first">, copied: Pick<LogEnds, "first">): number[] {
  // What was gone before has nothing to do with the backup.
  return shards(stored, (sequence, shard) => at(copied.first, shard) > Math.max(sequence + 1, at(before.first, shard)));
}

/** The store has what the log lost: rooms would go on in new epochs. */
export function ahead(stored: Stored, log: Pick<LogEnds, "last">): number[] {
  return shards(stored, (sequence, shard) => sequence > at(log.last, shard));
}

const at = (numbers: readonly number[], shard: number) => numbers[shard] ?? 0;

function shards(stored: Stored, is: (sequence: number, shard: number) => boolean): number[] {
  return stored.flatMap((sequence, shard) => (is(sequence, shard) ? [shard] : []));
}
