/** The persistence service, wired: the log flows into the store, and questions about the past are answered from both. */
import { Bus, Lease, MembersBucket, Pulse } from "@madang/bus";
import { limits, newMemberId, subjects } from "@madang/contracts";
import { DeadLetters, JetStreamShardReader, openLog, StreamSpace } from "@madang/log";
import { assemble, createLogger, type HealthServer, type Logger, pause, type Service, serveHealth } from "@madang/runtime";
import { Answers } from "./answers.ts";
import { type AuditOptions, audit } from "./audit.ts";
import type { PersistenceConfig } from "./config.ts";
import { HistoryResponder } from "./history.ts";
import { keepClean } from "./janitor.ts";
import { resumeAfter, storedUpTo } from "./place-in-log.ts";
import { Projector, type ProjectorNews } from "./projector.ts";
import { keepRegistry } from "./registry-keeper.ts";
import { openStore } from "./store/open-store.ts";
import { type StoreNews, StoreWatch } from "./store-watch.ts";

/** @throws StartError */
export function startPersistence(config: PersistenceConfig): Promise<Service> {
  const logger = createLogger("persistence");
  return assemble({ what: "The persistence service", logger }, async (closers) => {
    const self = newMemberId(config.name);
    const onHandlerError = (error: unknown, subject: string) => logger.error({ error, subject }, "message not understood");
    const bus = await Bus.connect({ url: config.natsUrl, name: self, onHandlerError });
    closers.add(() => bus.close());
    const pulse = new Pulse({ bus, self, report: ({ kind }) => logger[kind === "well" ? "info" : "warn"]({ kind }, "pulse") });
    pulse.start();
    closers.add(() => pulse.close());
    const provisions = { replicas: config.replicas, maxBytes: config.logMaxBytes };
    const { log, registry, currentEpoch } = await openLog(bus.connection, provisions);
    const store = await openStore(config.databaseUrl);
    closers.add(() => store.close());
    const watch = new StoreWatch({
      store,
      now: () => performance.now(),
      sleep: pause,
      report: (news) => tellOfStore(logger, news),
    });
    closers.add(watch.start());
    const deadLetters = new DeadLetters(bus.connection);

    // One replica projects a stream at a time, so that a room's events are written in their order.
    const project = async (shard: number, signal: AbortSignal) => {
      const reader = new JetStreamShardReader(bus.connection, { shard, after: 0 });
      try {
        const place = { shard, epoch: await currentEpoch(), store };
        const begin = (news: object) => logger.error({ shard, ...news }, "the log is read from its beginning");
        reader.startAfter(await resumeAfter({ ...place, last: () => reader.last(), registry, report: begin, sleep: pause }));
        const report = (news: ProjectorNews) => tell(logger, shard, news);
        const bury = deadLetters.add.bind(deadLetters);
        const cleaning = keepClean(
          {
            space: new StreamSpace(bus.connection, shard),
            stored: () => storedUpTo(place),
            now: Date.now,
            sleep: pause,
            report: (news) => logger[news.kind === "waits" ? "warn" : "info"]({ shard, ...news }, "janitor"),
          },
          signal,
        );
        await new Projector({ ...place, reader, bury, report, sleep: pause, random: Math.random }).run(signal);
        await cleaning;
      } finally {
        await reader.close();
      }
    };
    const bucket = new MembersBucket(bus, { replicas: config.replicas });
    const leases = Array.from({ length: limits.streams }, (_, shard) => {
      const work = (signal: AbortSignal) => project(shard, signal);
      const onError = (error: unknown) => logger.warn({ error, shard }, "projector interrupted");
      return new Lease({ bucket, key: `projector.${shard}`, holder: self, work, onError });
    });
    leases.push(
      new Lease({
        bucket,
        key: "registry",
        holder: self,
        work: (signal) =>
          keepRegistry(
            {
              registry,
              store,
              sleep: pause,
              report: (news) => logger[news.kind === "waits" ? "warn" : "info"](news, "registry of rooms"),
            },
            signal,
          ),
        onError: (error) => logger.warn({ error }, "registry keeper interrupted"),
      }),
    );
    leases.push(
      new Lease({
        bucket,
        key: "audit",
        holder: self,
        work: (signal) => audit({ store, log, sleep: pause, report: (news) => tellOfAudit(logger, news) }, signal),
        onError: (error) => logger.warn({ error }, "audit interrupted"),
      }),
    );
    const release = async () => void (await Promise.all(leases.map((lease) => lease.close())));
    closers.add(release);

    const answers = new Answers({ store, responder: new HistoryResponder({ store, tail: (query) => log.page(query) }), logger });
    bus.subscribe(subjects.history, (message) => void answers.history(message), { queue: "persistence" });
    bus.subscribe(subjects.storeHead, (message) => void answers.storeHead(message), { queue: "persistence" });

    let health: HealthServer | undefined;
    let draining = false;
    const ready = () => !draining && pulse.good && watch.answers;
    if (config.health !== undefined) {
      health = await serveHealth({ ...config.health, ready });
      closers.add(() => health?.close());
    }
    logger.info({ member: self, healthPort: health?.port }, "ready");
    return {
      ready,
      drain: async () => {
        draining = true;
        await release();
      },
    };
  });
}

function tellOfAudit(logger: Logger, news: Parameters<AuditOptions["report"]>[0]): void {
  switch (news.kind) {
    case "mismatch":
      return logger.error({ ...news.mismatch }, "the store is not what the log is");
    case "round":
      return logger.info({ ...news.figures }, "audit");
    case "waits":
      return logger.warn({ error: news.error }, "audit waits");
    default:
      return news satisfies never;
  }
}

function tellOfStore(logger: Logger, news: StoreNews): void {
  if (news.kind === "silent") logger.error({ error: news.error }, "the store does not answer");
  else logger.info("the store answers again");
}

function tell(logger: Logger, shard: number, news: ProjectorNews): void {
  switch (news.kind) {
    case "paused":
      return logger.warn({ error: news.error, shard, waitMs: news.waitMs }, "projector waits");
    case "resumed":
      return logger.info({ shard }, "projector goes on");
    case "buried": {
      const { body: _, ...letter } = news.letter;
      return logger.error({ letter }, "dead letter");
    }
    case "missing":
      return logger.error({ shard, ...news }, "the log has lost events");
    default:
      return news satisfies never;
  }
}
