/** Events to a handler, each until it is done or given up. */
import { limits } from "@madang/contracts";
import { backoff, pause, within } from "@madang/runtime";
import type { SubscriberNews } from "./news.ts";
import type { RoomEvent } from "./room-event.ts";

/** What a handler is given beside the event. */
export interface Given {
  /** From 1. */
  readonly attempt: number;
  /** Aborts when the attempt has taken too long, or when the subscriber is closed and does not wait any more. */
  readonly signal: AbortSignal;
}

/** Done once it resolves. What it throws has it asked again. */
export type Handler = (event: RoomEvent, given: Given) => void | Promise<void>;

/** The handler took longer than it has. */
export class HandlerTooSlow extends Error {
  override readonly name = "HandlerTooSlow";
}

export interface DeliveryOptions {
  handle: Handler;
  /** Tries before an event is given up. `Infinity`: never, and its stream waits for it. */
  attempts: number;
  handlerMs: number;
  report: (news: SubscriberNews) => void;
  /** Nothing is waited for any more. */
  leaving: AbortSignal;
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export class Delivery {
  readonly #options: Required<DeliveryOptions>;

  constructor(options: DeliveryOptions) {
    this.#options = { pause, ...options };
  }

  /** False: it was left undone, since the subscriber leaves. */
  async deliver(event: RoomEvent): Promise<boolean> {
    const { attempts, report, leaving, pause } = this.#options;
    for (let attempt = 1; !leaving.aborted; attempt++) {
      try {
        await this.#try(event, attempt);
        return true;
      } catch (error) {
        if (leaving.aborted) break;
        if (attempt >= attempts) {
          report({ kind: "given-up", event, error });
          return true;
        }
        report({ kind: "failed", event, error, attempt });
        await pause(backoff(attempt - 1, waits), leaving);
      }
    }
    return false;
  }

  async #try(event: RoomEvent, attempt: number): Promise<void> {
    const { handle, handlerMs, leaving } = this.#options;
    const late = new AbortController();
    const work = async () => handle(event, { attempt, signal: AbortSignal.any([late.signal, leaving]) });
    try {
      await within(handlerMs, work(), () => new HandlerTooSlow(`an event was not done within ${handlerMs} ms`));
    } catch (error) {
      // What it has under way is of no use any more: it is asked again.
      late.abort(error);
      throw error;
    }
  }
}

const waits = { firstMs: limits.subscriberRetryMs, longestMs: limits.subscriberRetryLongestMs };
