/** Brings what is in the log alone to the store, before the log lets go of what is old. */
import type { Bus } from "@madang/bus";
import { limits, streamName } from "@madang/contracts";
import { JetStreamShardReader } from "@madang/log";
import { persistenceConfig, startPersistence } from "@madang/persistence";
import { type Environment, pause, StartError } from "@madang/runtime";
import { patiently } from "./patiently.ts";

/** Nothing was stored for so long: a database that is away, or a log that cannot be read. */
const standstillMs = 60_000;
const lookEveryMs = 100;

/** Resolves once the store has all that the log has. `environment`: as for the persistence service. @throws StartError */
export async function catchUp(bus: Bus, environment: Environment): Promise<void> {
  const readers = Array.from(
    { length: limits.streams },
    (_, shard) => new JetStreamShardReader(bus.connection, { shard, after: 0 }),
  );
  // Of the installation that was saved: it says nothing of this store.
  for (const reader of readers) await patiently(() => reader.forget());
  const service = await startPersistence(persistenceConfig(environment));
  try {
    let least = Number.POSITIVE_INFINITY;
    for (let since = performance.now(); ; await pause(lookEveryMs)) {
      // Who does not answer for a moment may have much to do.
      const lags = await Promise.all(readers.map((reader) => reader.lag().catch(() => Number.POSITIVE_INFINITY)));
      const lag = lags.reduce((sum, one) => sum + one, 0);
      if (lag === 0) break;
      if (lag < least) [least, since] = [lag, performance.now()];
      if (performance.now() - since > standstillMs) {
        const behind = lags.flatMap((one, shard) => (one > 0 ? [streamName(shard)] : []));
        throw new StartError(`The database does not get what the log has: records of ${behind.join(", ")} are left.`);
      }
    }
    await service.drain();
  } finally {
    await service.close();
  }
}
