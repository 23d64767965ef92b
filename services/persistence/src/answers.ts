/** Questions of other services, answered a bounded number at a time. */
import type { BusMessage } from "@madang/bus";
import {
  decodeJson,
  encodeHistoryReply,
  encodeJson,
  HistoryQuery,
  limits,
  StoreHeadQuery,
  type StoreHeadReply,
} from "@madang/contracts";
import { type Logger, Semaphore } from "@madang/runtime";
import type { HistoryResponder } from "./history.ts";
import type { MessageStore } from "./store/message-store.ts";

export class Answers {
  readonly #store: MessageStore;
  readonly #responder: HistoryResponder;
  readonly #logger: Logger;
  readonly #places = new Semaphore(limits.historyAnswers);
  #waiting = 0;

  constructor({ store, responder, logger }: { store: MessageStore; responder: HistoryResponder; logger: Logger }) {
    this.#store = store;
    this.#responder = responder;
    this.#logger = logger;
  }

  async history(message: BusMessage): Promise<void> {
    const unavailable = () => message.respond(encodeHistoryReply({ ok: false, reason: "unavailable" }));
    if (this.#waiting >= limits.historyWaiting) return unavailable();
    this.#waiting++;
    const release = await this.#places.acquire();
    this.#waiting--;
    try {
      message.respond(encodeHistoryReply(await this.#responder.answer(decodeJson(HistoryQuery, message.data))));
    } catch (error) {
      this.#logger.error({ error }, "history not answered");
      unavailable();
    } finally {
      release();
    }
  }

  /** Without an answer the asker does as if the store were away, which it is. */
  async storeHead(message: BusMessage): Promise<void> {
    try {
      const { room } = decodeJson(StoreHeadQuery, message.data);
      const head = (await this.#store.heads([room])).get(room);
      message.respond(encodeJson({ v: 1, ...(head === undefined ? {} : { head }) } satisfies StoreHeadReply));
    } catch (error) {
      this.#logger.warn({ error }, "store head not answered");
    }
  }
}
