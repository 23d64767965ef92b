/** The persistence service, wired: the log flows into the store, and questions about the past are answered from both. */
import { Bus, Lease, LeaseBucket, Membership, Pulse, Troubles, tellOfLeases, tellOfMembers, tellOfPulse } from "@madang/bus";
import { limits, newMemberId, subjects } from "@madang/contracts";
import { DeadLetters, JetStreamShardReader, openLog, StreamSpace } from "@madang/log";
import {
  assemble,
  collectMetrics,
  createLogger,
  type HealthServer,
  pause,
  type Service,
  serveHealth,
  startTracing,
  uncounted,
} from "@madang/runtime";
import { Answers } from "./answers.ts";
import { type AuditNews, audit } from "./audit.ts";
import { AuditBoard } from "./audit-board.ts";
import type { PersistenceConfig } from "./config.ts";
import { LettersDesk } from "./dead-letters/desk.ts";
import { Desk } from "./desk.ts";
import { Figures } from "./figures.ts";
import { HistoryResponder } from "./history.ts";
import { startJudgeThread } from "./judge-thread.ts";
import { tellOfAudit, tellOfInterruption, tellOfStore } from "./news.ts";
import { answerOperators } from "./operate.ts";
import { projectStream } from "./projection.ts";
import { keepRegistry } from "./registry-keeper.ts";
import { openStore } from "./store/open-store.ts";
import { StoreWatch } from "./store-watch.ts";
import { Waiting } from "./waiting.ts";

/** @throws StartError */
export function startPersistence(config: PersistenceConfig): Promise<Service> {
  const logger = createLogger("persistence");
  return assemble({ what: "The persistence service", logger }, async (closers) => {
    const self = newMemberId(config.name);
    const tracing = await startTracing({ name: "persistence", instance: self, logger });
    closers.add(() => tracing.close());
    const onHandlerError = (error: unknown, subject: string) => logger.error({ error, subject }, "message not understood");
    const connect = async (url: string, name: string) => {
      const bus = await Bus.connect({ url, caFile: config.natsCaFile, name, onHandlerError });
      closers.add(() => bus.close());
      return bus;
    };
    const bus = await connect(config.natsUrl, self);
    const janitor = config.janitorNatsUrl === undefined ? bus : await connect(config.janitorNatsUrl, `${self}-janitor`);
    const pulse = new Pulse({ bus, self, report: (news) => tellOfPulse(logger, news) });
    pulse.start();
    closers.add(() => pulse.close());
    const provisions = { replicas: config.replicas, maxBytes: config.logMaxBytes };
    const { log, registry, currentEpoch } = await openLog(bus.connection, provisions);
    const store = await openStore(config.databaseUrl, { migrate: config.migrate });
    closers.add(() => store.close());
    const watch = new StoreWatch({
      store,
      now: () => performance.now(),
      sleep: pause,
      report: (news) => tellOfStore(logger, news),
    });
    closers.add(watch.start());
    const metrics = config.health === undefined ? uncounted() : await collectMetrics("persistence");
    const figures = new Figures({
      meter: metrics.meter,
      storeAnswers: () => watch.answers,
      lag: (shard) => new JetStreamShardReader(bus.connection, { shard, after: 0 }).lag(),
      space: (shard) => new StreamSpace(bus.connection, shard).taken(),
    });
    const letters = new DeadLetters(bus.connection);
    const projection = {
      bus,
      janitor,
      registry,
      store,
      deadLetters: letters,
      currentEpoch,
      figures,
      tracing,
      logger,
    };
    const bucket = new LeaseBucket(bus, { replicas: config.replicas });
    const renewals = new Troubles((news) => tellOfLeases(logger, news));
    const leases = Array.from({ length: limits.streams }, (_, shard) => {
      const interruptions = new Waiting((news) => tellOfInterruption(logger, shard, news));
      const begun = () => interruptions.well();
      const work = (signal: AbortSignal) => projectStream({ ...projection, begun }, shard, signal);
      const onError = (error: unknown) => interruptions.failed(error);
      return new Lease({ bucket, key: `projector.${shard}`, holder: self, work, onError, renewals });
    });
    leases.push(
      new Lease({
        bucket,
        key: "registry",
        holder: self,
        renewals,
        work: (signal) =>
          keepRegistry(
            {
              registry,
              store,
              sleep: pause,
              report: (news) => logger[news.kind === "restored" ? "info" : "warn"](news, "registry of rooms"),
            },
            signal,
          ),
        onError: (error) => logger.warn({ error }, "registry keeper interrupted"),
      }),
    );
    const board = new AuditBoard();
    const reportAudit = (news: AuditNews) => {
      tellOfAudit(logger, news);
      board.hear(news, Date.now());
      if (news.kind === "round") figures.showAudit(news.figures);
    };
    leases.push(
      new Lease({
        bucket,
        key: "audit",
        holder: self,
        renewals,
        work: (signal) => {
          board.begin();
          return audit({ store, log, now: () => performance.now(), sleep: pause, report: reportAudit }, signal);
        },
        onError: (error) => logger.warn({ error }, "audit interrupted"),
      }),
    );
    const release = async () => void (await Promise.all(leases.map((lease) => lease.close())));
    closers.add(release);

    const responder = new HistoryResponder({ store, tail: (query) => log.page(query) });
    const answers = new Answers({ store, responder, startJudge: startJudgeThread, logger });
    figures.showAnswers(answers);
    const desk = new Desk(bus);
    desk.take(subjects.history, (message) => answers.history(message));
    desk.take(subjects.storeHead, (message) => answers.storeHead(message));
    desk.take(subjects.storeEvents, (message) => answers.events(message));
    desk.take(subjects.storeGift, (message) => answers.gift(message));
    desk.take(subjects.storeReplay, (message) => answers.replay(message));
    desk.take(subjects.storeDryRun, (message) => answers.dryRun(message));
    const lettersDesk = new LettersDesk({ letters, store, logger });
    desk.take(subjects.operateLetters, (message) => lettersDesk.handle(message));

    let health: HealthServer | undefined;
    let draining = false;
    const ready = () => !draining && pulse.good && watch.answers;
    const operators = answerOperators({
      bus,
      self,
      ready,
      storeAnswers: () => watch.answers,
      leases,
      projector: (shard) => figures.projector(shard),
      backlog: (shard) => new JetStreamShardReader(bus.connection, { shard, after: 0 }).backlog(),
      letters,
      audit: () => board.show(self),
      logger,
    });
    // Once it can answer: as a member it is asked. A former configuration of NATS does not let it be one, which must not keep it from its work.
    const membership = await Membership.join({
      bus,
      bucket,
      self: { kind: "persistence", member: self },
      report: (news) => tellOfMembers(logger, news),
      renewals,
    }).catch((error: unknown) => void logger.warn({ error }, "operators do not see this service"));
    closers.add(async () => membership?.leave());
    if (config.health !== undefined) {
      health = await serveHealth({ ...config.health, ready, metrics });
      closers.add(() => health?.close());
    }
    logger.info({ member: self, healthPort: health?.port }, "ready");
    return {
      ready,
      drain: async () => {
        draining = true;
        await membership?.leave();
        operators.close();
        await Promise.all([release(), desk.close()]);
      },
    };
  });
}
