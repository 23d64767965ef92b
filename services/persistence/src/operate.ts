/** Tells operators how the store keeps up with the log: what each replica holds and sees. */
import { answerStatus, type Bus, type Lease } from "@madang/bus";
import {
  type AuditNow,
  type DeadLettersNow,
  type LeaseNow,
  limits,
  type MemberId,
  type PersistenceStatus,
  type StreamNow,
  streamName,
} from "@madang/contracts";
import type { DeadLetters } from "@madang/log";
import { type Logger, pause, Shared } from "@madang/runtime";
import type { ProjectorStats } from "./projector.ts";

export interface OperateOptions {
  bus: Pick<Bus, "subscribe">;
  self: MemberId;
  ready: () => boolean;
  storeAnswers: () => boolean;
  leases: readonly Pick<Lease, "key" | "heldForMs">[];
  /** Of a stream that is projected here. */
  projector: (shard: number) => ProjectorStats | undefined;
  /** @throws LogUnavailable */
  backlog: (shard: number) => Promise<{ records: number; since: number | undefined }>;
  letters: Pick<DeadLetters, "summary">;
  audit: () => AuditNow;
  logger: Pick<Logger, "error">;
  /** Server time, ms. */
  now?: () => number;
}

/** What only the broker knows. What it does not answer is left out. */
interface BrokerFigures {
  readonly backlogs: ReadonlyMap<number, { records: number; since: number | undefined }>;
  readonly deadLetters: DeadLettersNow | undefined;
}

const shards = Array.from({ length: limits.streams }, (_, shard) => shard);

/** Until it is closed. */
export function answerOperators(options: OperateOptions): { close(): void } {
  const { bus, logger, now = Date.now } = options;
  const startedAt = now();
  const figures = new Shared(() => askBroker(options), { forMs: limits.operateFiguresEveryMs });
  return answerStatus({ bus, logger, look: () => statusOf({ ...options, now, startedAt }, figures) });
}

async function statusOf(
  options: Required<OperateOptions> & { startedAt: number },
  figures: Shared<BrokerFigures>,
): Promise<PersistenceStatus> {
  const { self, ready, storeAnswers, audit, now, startedAt } = options;
  // What is late is in the next answer: it must not make this one late.
  const known = await Promise.race([figures.get(), pause(limits.operateFiguresMs)]);
  const time = now();
  const held = new Map(
    options.leases.flatMap(({ key, heldForMs }): [string, LeaseNow][] =>
      heldForMs === undefined ? [] : [[key, { lease: key, holder: self, since: Math.round(time - heldForMs) }]],
    ),
  );
  const streams = shards.map((shard): StreamNow => {
    const lease = held.get(`projector.${shard}`);
    return {
      stream: streamName(shard),
      ...lagOf(known?.backlogs.get(shard), time),
      ...(lease && { holder: lease.holder, since: lease.since, ...projectorOf(options.projector(shard)) }),
    };
  });
  return {
    v: 1,
    kind: "persistence",
    now: { kind: "persistence", member: self, startedAt, ready: ready(), storeAnswers: storeAnswers() },
    leases: [...held.values()],
    streams,
    ...(held.has("audit") ? { audit: audit() } : {}),
    ...(known?.deadLetters && { deadLetters: known.deadLetters }),
  };
}

function lagOf(backlog: { records: number; since: number | undefined } | undefined, time: number) {
  if (backlog === undefined) return {};
  const { records, since } = backlog;
  const lagMs = records === 0 ? 0 : since && Math.max(0, time - since);
  return { lagRecords: records, ...(lagMs === undefined ? {} : { lagMs }) };
}

function projectorOf(stats: ProjectorStats | undefined) {
  return stats === undefined ? {} : { paused: stats.paused, deadLetters: stats.buried, lost: stats.lost };
}

async function askBroker({ backlog, letters }: OperateOptions): Promise<BrokerFigures> {
  const backlogs = new Map<number, { records: number; since: number | undefined }>();
  let deadLetters: DeadLettersNow | undefined;
  await Promise.allSettled([
    ...shards.map(async (shard) => backlogs.set(shard, await backlog(shard))),
    letters.summary().then(({ count, newest }) => {
      deadLetters = { count, ...(newest && { newest: { id: newest.id, time: newest.time } }) };
    }),
  ]);
  return { backlogs, deadLetters };
}
