/** What lies between the processes and NATS: messages that are late, lost, or cut off, and the requests made of them. */
import { NoResponders, RequestTimeout } from "@madang/bus";
import type { RoomId } from "@madang/contracts";
import type { Random } from "@madang/devkit";
import type { StoredRecord, Versioned } from "@madang/log";
import type { Scope, VirtualTime } from "./virtual-time.ts";

/** One operating-system process and its connection to NATS. A restart is another one. */
export interface Process extends Scope {
  /** Nothing reaches it or leaves it. */
  cut: boolean;
  /** Which of its connections it has now. What was on its way on a former one does not arrive. */
  connection: number;
  /** It is connected to the minority of a cut cluster: what it reads is as old as this, and what it writes is not answered. */
  minority: Minority | undefined;
  /** When it last renewed its membership, if it does not any more: elapsed ms. */
  silentSince: number | undefined;
}

/** What the servers in a minority still believe. */
export interface Minority {
  readonly records: ReadonlyMap<RoomId, readonly StoredRecord[]>;
  readonly values: ReadonlyMap<unknown, ReadonlyMap<string, Versioned>>;
}

export const newProcess = (name: string): Process => ({
  name,
  dead: false,
  held: undefined,
  clockOffsetMs: 0,
  cut: false,
  connection: 0,
  minority: undefined,
  silentSince: undefined,
});

type Handler = (message: {
  subject: string;
  data: Uint8Array;
  header: () => string;
  respond: (data: Uint8Array) => void;
}) => void;

export class Network {
  readonly time: VirtualTime;
  readonly random: Random;
  /** The share of messages that are lost, and of those that are late. */
  weather = { lost: 0, late: 0 };
  readonly #subscriptions: { process: Process; subject: string; handler: Handler }[] = [];

  constructor(time: VirtualTime, random: Random) {
    this.time = time;
    this.random = random;
  }

  /** Ms that a message or a server's work takes. Late ones take longer than any request waits. */
  delay(): number {
    return this.random.chance(this.weather.late) ? this.random.next() ** 2 * 5_000 : 0.2 + this.random.next() * 2;
  }

  /** Undefined stands for NATS itself. */
  send(from: Process | undefined, to: Process | undefined, deliver: () => void): void {
    if (from?.cut || this.random.chance(this.weather.lost)) return;
    this.time.after(
      this.delay(),
      () => {
        if (!to?.cut) deliver();
      },
      to,
    );
  }

  /** Asks NATS. `serve` runs there, and answers whenever it likes, or never. */
  async ask<T>(
    from: Process,
    { serve, timeoutMs, silence }: { serve: (answer: (give: () => T) => void) => void; timeoutMs: number; silence: () => Error },
  ): Promise<T> {
    const { connection } = from;
    return new Promise((resolve, reject) => {
      const timer = this.time.after(timeoutMs, () => reject(silence()), from);
      this.send(from, undefined, () => {
        if (from.connection !== connection) return;
        serve((give) =>
          this.send(undefined, from, () => {
            if (from.connection !== connection) return;
            timer.fire = undefined;
            try {
              resolve(give());
            } catch (error) {
              reject(error);
            }
          }),
        );
      });
    });
  }

  /** The bus as one process has it. */
  bus(process: Process) {
    return {
      connected: true,
      changes: 0,
      subscribe: (subject: string, handler: Handler) => {
        const subscription = { process, subject: subject.replace("*", ""), handler };
        this.#subscriptions.push(subscription);
        return { close: () => void this.#subscriptions.splice(this.#subscriptions.indexOf(subscription), 1) };
      },
      request: (subject: string, data: Uint8Array, { timeoutMs }: { timeoutMs: number }): Promise<Uint8Array> =>
        this.ask<Uint8Array>(process, {
          timeoutMs,
          silence: () => new RequestTimeout(subject),
          serve: (answer) => {
            if (process.minority === undefined) this.#route(subject, data, answer);
          },
        }),
    };
  }

  #route(subject: string, data: Uint8Array, answer: (give: () => Uint8Array) => void): void {
    // A process that died has closed its connection; of one that hangs or is cut off, NATS knows nothing yet.
    const to = this.#subscriptions.find((to) => !to.process.dead && (to.subject === subject || isUnder(to.subject, subject)));
    if (to === undefined)
      return answer(() => {
        throw new NoResponders(subject);
      });
    const respond = (reply: Uint8Array) => this.send(to.process, undefined, () => answer(() => reply));
    if (to.process.minority === undefined)
      this.send(undefined, to.process, () => to.handler({ subject, data, header: () => "", respond }));
  }
}

const isUnder = (prefix: string, subject: string) => prefix.endsWith(".") && subject.startsWith(prefix);
