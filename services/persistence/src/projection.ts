/** One stream into the store, and the space of what is stored freed: the work of whoever holds the stream's lease. */
import type { Bus } from "@madang/bus";
import type { Epoch } from "@madang/contracts";
import { type DeadLetters, JetStreamShardReader, type Registry, StreamSpace } from "@madang/log";
import { type Logger, pause, type Tracing } from "@madang/runtime";
import type { Figures } from "./figures.ts";
import { keepClean } from "./janitor.ts";
import { tellOfProjector } from "./news.ts";
import { resumeAfter, storedUpTo } from "./place-in-log.ts";
import { Projector } from "./projector.ts";
import type { MessageStore } from "./store/message-store.ts";

export interface ProjectionOptions {
  bus: Bus;
  /** Who may purge. */
  janitor: Bus;
  registry: Registry;
  store: MessageStore;
  deadLetters: DeadLetters;
  currentEpoch: () => Promise<Epoch>;
  figures: Figures;
  tracing: Tracing;
  logger: Logger;
  /** It has found its place, and goes on from there. */
  begun: () => void;
}

/** Until the signal aborts. One replica projects a stream at a time, so that a room's events are written in their order. */
export async function projectStream(options: ProjectionOptions, shard: number, signal: AbortSignal): Promise<void> {
  const { bus, janitor, registry, store, deadLetters, currentEpoch, figures, tracing, logger, begun } = options;
  const reader = new JetStreamShardReader(bus.connection, { shard, after: 0 });
  try {
    const place = { shard, epoch: await currentEpoch(), store };
    const begin = (news: object) => logger.error({ shard, ...news }, "the log is read from its beginning");
    reader.startAfter(await resumeAfter({ ...place, last: () => reader.last(), registry, report: begin, sleep: pause }));
    const projector = new Projector({
      ...place,
      reader,
      bury: deadLetters.add.bind(deadLetters),
      report: (news) => tellOfProjector(logger, shard, news),
      tracing,
      committed: (ms, rows) => figures.committed(ms, rows),
      now: () => performance.now(),
      sleep: pause,
      random: Math.random,
    });
    begun();
    using _shown = figures.showProjector(shard, projector);
    const cleaning = keepClean(
      {
        space: new StreamSpace(janitor.connection, shard),
        stored: () => storedUpTo(place),
        now: Date.now,
        sleep: pause,
        report: (news) => logger[news.kind === "purged" ? "info" : "warn"]({ shard, ...news }, "janitor"),
      },
      signal,
    );
    await projector.run(signal);
    await cleaning;
  } finally {
    await reader.close();
  }
}
