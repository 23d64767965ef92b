/** The persistence service, wired: the log flows into the store, and questions about the past are answered from both. */
import { Bus, type BusMessage, Lease, MembersBucket } from "@madang/bus";
import { encodeHistoryReply, HistoryQuery, limits, MemberId, subjects } from "@madang/contracts";
import { DeadLetters, JetStreamShardReader, openLog } from "@madang/log";
import {
  Closers,
  createLogger,
  type HealthServer,
  type Logger,
  pause,
  Semaphore,
  type Service,
  StartError,
  serveHealth,
} from "@madang/runtime";
import type { PersistenceConfig } from "./config.ts";
import { HistoryResponder } from "./history.ts";
import { type DeadLetter, Projector, type ProjectorNews } from "./projector.ts";
import { CannotOpenStore, openStore } from "./store/open-store.ts";

/** @throws StartError */
export async function startPersistence(config: PersistenceConfig): Promise<Service> {
  const logger = createLogger("persistence");
  const self = MemberId.parse(`${config.name}-${crypto.randomUUID().slice(0, 8)}`);
  const onHandlerError = (error: unknown, subject: string) => logger.error({ error, subject }, "message not understood");
  const bus = await Bus.connect({ url: config.natsUrl, name: self, onHandlerError });
  const closers = new Closers();
  const close = () => closers.close((error) => logger.warn({ error }, "not closed"));
  closers.add(() => bus.close());
  try {
    const { log } = await openLog(bus.connection, { replicas: config.replicas, maxBytes: config.logMaxBytes });
    const store = await openStore(config.databaseUrl);
    closers.add(() => store.close());
    const deadLetters = new DeadLetters(bus.connection);
    const bury = ({ shard: _, author: __, ...letter }: DeadLetter) => deadLetters.add({ source: "projector", ...letter });

    // One replica projects a stream at a time, so that a room's events are written in their order.
    const bucket = new MembersBucket(bus, { replicas: config.replicas });
    const leases = Array.from(
      { length: limits.streams },
      (_, shard) =>
        new Lease({
          bucket,
          key: `projector.${shard}`,
          holder: self,
          work: async (signal) => {
            const reader = new JetStreamShardReader(bus.connection, { shard, after: await store.position(shard) });
            const report = (news: ProjectorNews) => tell(logger, shard, news);
            try {
              await new Projector({ reader, store, bury, report, now: Date.now, sleep: pause, random: Math.random }).run(signal);
            } finally {
              await reader.close();
            }
          },
          onError: (error) => logger.warn({ error, shard }, "projector interrupted"),
        }),
    );
    const release = () => Promise.all(leases.map((lease) => lease.close()));
    closers.add(async () => void (await release()));

    const responder = new HistoryResponder({ store, tail: (query) => log.page(query) });
    const places = new Semaphore(limits.historyAnswers);
    bus.subscribe(subjects.history, (message) => void answer(message, { responder, places, logger }), { queue: "persistence" });

    let health: HealthServer | undefined;
    let draining = false;
    const ready = () => !draining && bus.connected;
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
      close,
    };
  } catch (error) {
    await close();
    if (error instanceof StartError) throw error;
    const words =
      error instanceof CannotOpenStore
        ? sentence(error.message)
        : `The persistence service cannot start: ${(error as Error).message}`;
    throw new StartError(words, { cause: error });
  }
}

async function answer(
  message: BusMessage,
  { responder, places, logger }: { responder: HistoryResponder; places: Semaphore; logger: Logger },
): Promise<void> {
  const release = await places.acquire();
  try {
    const query = HistoryQuery.parse(JSON.parse(Buffer.from(message.data).toString("utf8")));
    message.respond(encodeHistoryReply(await responder.answer(query)));
  } catch (error) {
    logger.error({ error }, "history not answered");
    message.respond(encodeHistoryReply({ ok: false, reason: "unavailable" }));
  } finally {
    release();
  }
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

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}
