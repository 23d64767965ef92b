/**
 * One's own messages of a room on their way: one after the other, so that they keep their order whatever fails in between, each repeated
 * with its id until it has an answer.
 */
import { type Caller, problemOf, problemOfRefusal, type Refused } from "./caller.ts";
import { ErrorCode } from "./errors.ts";
import type { MessageState, Problem } from "./model.ts";
import type { Data } from "./wire.ts";

/** How long a message is tried. Its id is remembered for ten minutes, so that it may be tried again after that. */
export const sendWithinMs = 60_000;
/** Messages that wait for their turn. */
export const maxWaiting = 64;

interface Waiting {
  readonly key: string;
  readonly id: string;
  readonly data: Data;
  readonly deadline: number;
}

/** Where a message came to stand, or what became of it instead. */
export type Settle = (key: string, state: MessageState, offset?: number) => void;

type Sent = { readonly offset: number; readonly held?: true } | Refused;

export class Outbox {
  readonly #room: string;
  readonly #caller: Caller;
  readonly #settle: Settle;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(room: string, caller: Caller, settle: Settle) {
    this.#room = room;
    this.#caller = caller;
    this.#settle = settle;
  }

  /** Too many that wait fail at once. */
  add(message: Omit<Waiting, "deadline">): void {
    if (this.#waiting.length >= maxWaiting) {
      this.#settle(message.key, failed({ code: ErrorCode.tooManyRequests, message: "too many messages are waiting" }));
      return;
    }
    this.#waiting.push({ ...message, deadline: Date.now() + sendWithinMs });
    if (!this.#busy) void this.#run();
  }

  /** It is not sent, if it is not on its way yet. */
  drop(key: string): void {
    this.#waiting = this.#waiting.filter((message) => message.key !== key);
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let message = this.#waiting[0]; message !== undefined; message = this.#waiting[0]) {
      await this.#send(message);
      this.drop(message.key);
    }
    this.#busy = false;
  }

  async #send({ key, id, data, deadline }: Waiting): Promise<void> {
    try {
      const answer = await this.#caller.ask<Sent>("send", { channel: this.#room, id, data }, deadline - Date.now());
      if ("refused" in answer) this.#settle(key, { kind: "refused", problem: problemOfRefusal(answer) });
      else this.#settle(key, { kind: answer.held === true ? "held" : "sent" }, answer.offset);
    } catch (failure) {
      this.#settle(key, failed(problemOf(failure)));
    }
  }
}

const failed = (problem: Problem): MessageState => ({ kind: "failed", problem });
