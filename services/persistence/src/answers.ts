/** Questions of other services, answered a bounded number at a time. */
import type { BusMessage } from "@madang/bus";
import {
  DryRunQuery,
  type DryRunReply,
  decodeJson,
  encodeHistoryReply,
  encodeJson,
  encodeReplayReply,
  HistoryQuery,
  limits,
  ReplayQuery,
  StoreEventsQuery,
  type StoreEventsReply,
  StoreGiftQuery,
  type StoreGiftReply,
  StoreHeadQuery,
  type StoreHeadReply,
} from "@madang/contracts";
import { type Logger, Semaphore } from "@madang/runtime";
import { listActs } from "./acts.ts";
import { type DryRunMeans, dryRun } from "./dry-run.ts";
import type { HistoryResponder } from "./history.ts";
import { ReplayResponder } from "./replay.ts";
import { type MessageStore, StoreUnavailable } from "./store/message-store.ts";

export type Question = "history" | "head" | "events" | "gift" | "replay" | "dry-run";

export interface AnswerStats {
  readonly answered: number;
  /** There was no place, or no answer. */
  readonly failed: number;
}

export interface AnswersOptions {
  store: MessageStore;
  responder: HistoryResponder;
  startJudge: DryRunMeans["startJudge"];
  logger: Logger;
}

export class Answers {
  readonly #store: MessageStore;
  readonly #responder: HistoryResponder;
  readonly #replay: ReplayResponder;
  readonly #startJudge: DryRunMeans["startJudge"];
  readonly #logger: Logger;
  readonly #places = new Semaphore(limits.historyAnswers);
  readonly #counts: Record<Question, { answered: number; failed: number }> = {
    history: { answered: 0, failed: 0 },
    head: { answered: 0, failed: 0 },
    events: { answered: 0, failed: 0 },
    gift: { answered: 0, failed: 0 },
    replay: { answered: 0, failed: 0 },
    "dry-run": { answered: 0, failed: 0 },
  };
  #waiting = 0;
  #dryRuns = 0;

  constructor({ store, responder, startJudge, logger }: AnswersOptions) {
    this.#store = store;
    this.#responder = responder;
    this.#replay = new ReplayResponder(store);
    this.#startJudge = startJudge;
    this.#logger = logger;
  }

  get stats(): Readonly<Record<Question, AnswerStats>> {
    return this.#counts;
  }

  history(message: BusMessage): Promise<void> {
    return this.#answer("history", message, {
      reply: async () => encodeHistoryReply(await this.#responder.answer(decodeJson(HistoryQuery, message.data))),
      failed: () => encodeHistoryReply({ ok: false, reason: "unavailable" }),
    });
  }

  replay(message: BusMessage): Promise<void> {
    return this.#answer("replay", message, {
      reply: async () => encodeReplayReply(await this.#replay.answer(decodeJson(ReplayQuery, message.data))),
      failed: () => encodeReplayReply({ ok: false, reason: "unavailable" }),
    });
  }

  events(message: BusMessage): Promise<void> {
    return this.#answer("events", message, {
      reply: async () => encodeJson(await listActs(this.#store, decodeJson(StoreEventsQuery, message.data))),
      failed: () => encodeJson({ v: 1, ok: false } satisfies StoreEventsReply),
    });
  }

  gift(message: BusMessage): Promise<void> {
    return this.#answer("gift", message, {
      reply: async () => encodeJson(await this.#findGift(decodeJson(StoreGiftQuery, message.data))),
      failed: () => encodeJson({ v: 1, ok: false } satisfies StoreGiftReply),
    });
  }

  async dryRun(message: BusMessage): Promise<void> {
    const counts = this.#counts["dry-run"];
    const refuse = (reason: "busy" | "unavailable") => {
      counts.failed++;
      message.respond(encodeJson({ v: 1, ok: false, reason } satisfies DryRunReply));
    };
    if (this.#dryRuns >= limits.dryRunsAtOnce) return refuse("busy");
    this.#dryRuns++;
    const means = { store: this.#store, startJudge: this.#startJudge, now: () => performance.now() };
    try {
      message.respond(encodeJson(await dryRun(means, decodeJson(DryRunQuery, message.data))));
      counts.answered++;
    } catch (error) {
      this.#tell("dry-run", error);
      refuse("unavailable");
    } finally {
      this.#dryRuns--;
    }
  }

  /** Without an answer the asker does as if the store were away, which it is. */
  async storeHead(message: BusMessage): Promise<void> {
    try {
      const { room } = decodeJson(StoreHeadQuery, message.data);
      const head = (await this.#store.heads([room])).get(room);
      message.respond(encodeJson({ v: 1, ...(head === undefined ? {} : { head }) } satisfies StoreHeadReply));
      this.#counts.head.answered++;
    } catch (error) {
      this.#counts.head.failed++;
      this.#tell("head", error);
    }
  }

  async #findGift({ room, id }: StoreGiftQuery): Promise<StoreGiftReply> {
    // First: what is stored after this look is not promised by it.
    const upTo = (await this.#store.heads([room])).get(room)?.offset ?? 0;
    const offset = await this.#store.gift(room, id);
    return { v: 1, ok: true, upTo, ...(offset === undefined ? {} : { offset }) };
  }

  async #answer(
    question: Question,
    message: BusMessage,
    { reply, failed }: { reply: () => Promise<Uint8Array>; failed: () => Uint8Array },
  ): Promise<void> {
    const counts = this.#counts[question];
    if (this.#waiting >= limits.historyWaiting) {
      counts.failed++;
      return message.respond(failed());
    }
    this.#waiting++;
    const release = await this.#places.acquire();
    this.#waiting--;
    try {
      message.respond(await reply());
      counts.answered++;
    } catch (error) {
      counts.failed++;
      this.#tell(question, error);
      message.respond(failed());
    } finally {
      release();
    }
  }

  #tell(question: Question, error: unknown): void {
    this.#logger[error instanceof StoreUnavailable ? "warn" : "error"]({ error, question }, "question not answered");
  }
}
