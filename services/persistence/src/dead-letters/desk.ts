/** What operators ask about dead letters, and have done with them, over the bus. */
import type { BusMessage } from "@madang/bus";
import { decodeJson, encodeJson, LettersQuery, type LettersReply, limits } from "@madang/contracts";
import { type DeadLetter, type DeadLetters, type KeptLetter, LogUnavailable } from "@madang/log";
import type { Logger } from "@madang/runtime";
import { type MessageStore, StoreUnavailable } from "../store/message-store.ts";
import { type Outcome, replay } from "./replay.ts";

export interface LettersDeskOptions {
  letters: Pick<DeadLetters, "newest" | "at" | "remove">;
  store: Pick<MessageStore, "apply" | "replaceLost" | "heads" | "lines">;
  logger: Pick<Logger, "info" | "error" | "warn">;
}

export class LettersDesk {
  readonly #options: LettersDeskOptions;
  #open = 0;

  constructor(options: LettersDeskOptions) {
    this.#options = options;
  }

  /** Answers in any case. */
  async handle(message: BusMessage): Promise<void> {
    this.#open++;
    const reply = await this.#reply(message).catch((error: unknown): LettersReply => {
      const expected = error instanceof LogUnavailable || error instanceof StoreUnavailable;
      this.#options.logger[expected ? "warn" : "error"]({ error }, "operators not answered about dead letters");
      return { v: 1, kind: "unavailable" };
    });
    this.#open--;
    message.respond(encodeJson(reply));
  }

  async #reply({ data }: BusMessage): Promise<LettersReply> {
    if (this.#open > limits.operateLettersAtOnce) return { v: 1, kind: "unavailable" };
    return this.#answer(decodeJson(LettersQuery, data));
  }

  async #answer(query: LettersQuery): Promise<LettersReply> {
    const { letters, logger } = this.#options;
    if (query.ask === "list") {
      const found = await letters.newest({ before: query.before, atMost: query.limit });
      return { v: 1, kind: "list", letters: found.map(entryOf) };
    }
    const kept = await letters.at(query.id);
    if (kept?.id !== query.id) return { v: 1, kind: "none" };
    switch (query.ask) {
      case "show":
        return { v: 1, kind: "letter", id: kept.id, time: kept.time, ...(kept.letter && { letter: stored(kept.letter) }) };
      case "remove":
        await letters.remove(kept.id);
        logger.info({ letter: kept.id, by: query.by }, "dead letter dealt with");
        return { v: 1, kind: "tried", done: true, detail: "removed" };
      case "replay": {
        const outcome = await this.#try(kept);
        const done = "done" in outcome;
        if (done) await letters.remove(kept.id);
        logger.info({ letter: kept.id, by: query.by, done }, "dead letter tried again");
        return { v: 1, kind: "tried", done, detail: done ? outcome.done : outcome.failed };
      }
      default:
        return query satisfies never;
    }
  }

  /** Whatever the store says of the event itself keeps the letter; a store that is away ends the attempt. */
  async #try({ letter }: KeptLetter): Promise<Outcome> {
    if (letter === undefined) return { failed: "it is no letter that this version reads" };
    try {
      // A command goes to its room, whom only gateways ask.
      const send = async () => ({ failed: "it is a command, and goes to its room" });
      return await replay(letter, { store: this.#options.store, send });
    } catch (error) {
      if (error instanceof LogUnavailable || error instanceof StoreUnavailable) throw error;
      return { failed: (error as Error).message };
    }
  }
}

function entryOf({ id, time, letter }: KeptLetter) {
  if (letter === undefined) return { id, time };
  const { body, ...about } = letter;
  return { id, time, letter: { ...about, bytes: body.length } };
}

function stored({ body, ...about }: DeadLetter) {
  return { v: 1 as const, ...about, body: Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64") };
}
