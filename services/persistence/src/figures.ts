/** What `GET /metrics` says of persistence: of the projectors that run here, and of log, store and audit as this replica sees them. */
import { limits, streamName } from "@madang/contracts";
import { durations, type Figure, type Histogram, type Meter, showFigures, sizes } from "@madang/runtime";
import type { AnswerStats, Answers } from "./answers.ts";
import type { AuditFigures } from "./audit.ts";
import type { Projector, ProjectorStats } from "./projector.ts";

const projectorFigures: readonly Figure<ProjectorStats>[] = [
  {
    name: "madang_projector_running",
    kind: "gauge",
    value: () => 1,
    description: "1 for each stream that this replica projects",
  },
  {
    name: "madang_projector_paused",
    kind: "gauge",
    value: ({ paused }) => (paused ? 1 : 0),
    description: "1 while it waits for the store or the log",
  },
  { name: "madang_projector_events", kind: "counter", value: ({ events }) => events, description: "Rows given to the store" },
  {
    name: "madang_projector_acts",
    kind: "counter",
    value: ({ acts }) => acts,
    description: "Rows given to the store that are no messages: what was done, reported, held or given",
  },
  {
    name: "madang_projector_totals",
    kind: "counter",
    value: ({ totals }) => totals,
    description: "Totals of hearts and viewers given to the store",
  },
  { name: "madang_projector_transactions", kind: "counter", value: ({ transactions }) => transactions, description: "Commits" },
  {
    name: "madang_projector_skipped_records",
    kind: "counter",
    value: ({ skipped }) => skipped,
    description: "Records passed over, since the store had them",
  },
  {
    name: "madang_projector_dead_letters",
    kind: "counter",
    value: ({ buried }) => buried,
    description: "Events and records that could not be stored, and are dead letters",
  },
  {
    name: "madang_projector_lost_events",
    kind: "counter",
    value: ({ lost }) => lost,
    description: "Events that the log went on without",
  },
];

const auditFigures: readonly Figure<AuditFigures>[] = [
  { name: "madang_audit_rounds", kind: "counter", value: ({ rounds }) => rounds, description: "Rounds over all rooms" },
  { name: "madang_audit_rooms", kind: "counter", value: ({ rooms }) => rooms, description: "Rooms compared" },
  { name: "madang_audit_events", kind: "counter", value: ({ events }) => events, description: "Events compared" },
  {
    name: "madang_audit_lost_rows",
    kind: "counter",
    value: ({ lost }) => lost,
    description: "Rows of lost events that were met",
  },
  {
    name: "madang_audit_missing_rows",
    kind: "counter",
    value: ({ missing }) => missing,
    description: "Rows that the store lacks",
  },
  {
    name: "madang_audit_unread_rooms",
    kind: "counter",
    value: ({ unread }) => unread,
    description: "Rooms that could not be compared",
  },
  {
    name: "madang_audit_different_rows",
    kind: "counter",
    value: ({ different }) => different,
    description: "Rows that are not what the log has",
  },
];

const answerFigures: readonly Figure<AnswerStats>[] = [
  { name: "madang_store_questions", kind: "counter", value: ({ answered }) => answered, description: "Questions answered" },
  {
    name: "madang_store_questions_failed",
    kind: "counter",
    value: ({ failed }) => failed,
    description: "Questions that there was no place or no answer for",
  },
];

const storeFigures: readonly Figure<boolean>[] = [
  {
    name: "madang_store_answers",
    kind: "gauge",
    value: (answers) => (answers ? 1 : 0),
    description: "1 while the database answers",
  },
];

export interface FiguresOptions {
  meter: Meter;
  storeAnswers: () => boolean;
  /** Records of a stream that are not stored yet. */
  lag: (shard: number) => Promise<number>;
  /** What a stream takes of its space, both in bytes. */
  space: (shard: number) => Promise<{ bytes: number; maxBytes: number }>;
}

export class Figures {
  readonly #projectors = new Map<number, Projector>();
  readonly #durations: Histogram;
  readonly #rows: Histogram;
  #audit: AuditFigures | undefined;
  #answers: Pick<Answers, "stats"> | undefined;

  constructor({ meter, storeAnswers, lag, space }: FiguresOptions) {
    showFigures(meter, projectorFigures, () =>
      [...this.#projectors].map(([shard, { stats }]) => [{ stream: streamName(shard) }, stats]),
    );
    showFigures(meter, auditFigures, () => (this.#audit === undefined ? [] : [[{}, this.#audit]]));
    showFigures(meter, answerFigures, () =>
      Object.entries(this.#answers?.stats ?? {}).map(([question, stats]) => [{ question }, stats]),
    );
    showFigures(meter, storeFigures, () => [[{}, storeAnswers()]]);
    showStreams(meter, { lag, space });
    this.#durations = durations(
      meter,
      "madang_projector_transaction_duration_seconds",
      "One commit to the store, in seconds: of those that succeeded",
    );
    this.#rows = sizes(meter, "madang_projector_transaction_rows", "Rows in one commit to the store");
  }

  committed(ms: number, rows: number): void {
    this.#durations.record(ms / 1_000);
    this.#rows.record(rows);
  }

  /** Until it is disposed of. */
  showProjector(shard: number, projector: Projector): Disposable {
    this.#projectors.set(shard, projector);
    return { [Symbol.dispose]: () => void this.#projectors.delete(shard) };
  }

  /** Of a stream that is projected here. */
  projector(shard: number): ProjectorStats | undefined {
    return this.#projectors.get(shard)?.stats;
  }

  showAnswers(answers: Pick<Answers, "stats">): void {
    this.#answers = answers;
  }

  showAudit(figures: AuditFigures): void {
    this.#audit = figures;
  }
}

/** From every replica alike, so that a stream nobody projects is seen, too. What the broker does not answer is left out. */
function showStreams(meter: Meter, { lag, space }: Pick<FiguresOptions, "lag" | "space">): void {
  const behind = meter.createObservableGauge("madang_projector_lag_records", {
    description: "Records of the stream that are not stored yet, as every replica sees it",
  });
  const taken = meter.createObservableGauge("madang_log_bytes", { description: "What the stream takes of its space, in bytes" });
  const allowed = meter.createObservableGauge("madang_log_max_bytes", { description: "The space of the stream, in bytes" });
  const shards = Array.from({ length: limits.streams }, (_, shard) => shard);
  meter.addBatchObservableCallback(
    async (result) => {
      const look = async (shard: number) => {
        const stream = { stream: streamName(shard) };
        await Promise.allSettled([
          lag(shard).then((records) => result.observe(behind, records, stream)),
          space(shard).then(({ bytes, maxBytes }) => {
            result.observe(taken, bytes, stream);
            result.observe(allowed, maxBytes, stream);
          }),
        ]);
      };
      await Promise.all(shards.map(look));
    },
    [behind, taken, allowed],
  );
}
