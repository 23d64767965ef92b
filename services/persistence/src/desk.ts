/** Where questions come in. It can be closed so that whoever has asked still hears the answer, and others ask elsewhere at once. */
import type { Bus, BusMessage, ServedSubscription } from "@madang/bus";
import { limits } from "@madang/contracts";
import { pause } from "@madang/runtime";

export class Desk {
  readonly #bus: Bus;
  readonly #subscriptions: ServedSubscription[] = [];
  readonly #open = new Set<Promise<void>>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** `answer` never rejects. Replicas share the questions on a subject. */
  take(subject: string, answer: (message: BusMessage) => Promise<void>): void {
    const handle = (message: BusMessage) => {
      const answering = answer(message).finally(() => this.#open.delete(answering));
      this.#open.add(answering);
    };
    this.#subscriptions.push(this.#bus.serve(subject, handle, { queue: "persistence" }));
  }

  /** Takes no more, and resolves once what was asked is answered, or nobody waits for the answer any more. */
  async close(): Promise<void> {
    const answered = async () => {
      // One that cannot be drained any more keeps nobody from their answer.
      await Promise.allSettled(this.#subscriptions.splice(0).map((subscription) => subscription.drain()));
      await Promise.all(this.#open);
    };
    const over = new AbortController();
    await Promise.race([answered(), pause(limits.commandDeadlineMs, over.signal)]);
    over.abort();
  }
}
