/**
 * Requests over one connection, with one subscription for all answers. It is what the client's own `request` does, which builds an error
 * with its stack for every request that succeeds: 8 % of the work of a room, measured. The failures are the client's own.
 */
import { randomUUID } from "node:crypto";
import {
  ClosedConnectionError,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  NoRespondersError,
  TimeoutError,
} from "@nats-io/transport-node";

interface Waiting {
  readonly subject: string;
  readonly timer: NodeJS.Timeout;
  resolve(answer: Msg): void;
  reject(error: Error): void;
}

export interface RequestOptions {
  /** ms. */
  timeout: number;
  headers?: MsgHdrs;
}

const noResponders = 503;

export class Requests {
  readonly #connection: NatsConnection;
  readonly #inbox: string;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;

  constructor(connection: NatsConnection, inboxPrefix = "_INBOX") {
    this.#connection = connection;
    this.#inbox = `${inboxPrefix}.${randomUUID().replaceAll("-", "")}.`;
    connection.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        if (error === null) this.#handle(message);
      },
    });
    void connection.closed().then(() => {
      for (const token of this.#waiting.keys()) this.#take(token)?.reject(new ClosedConnectionError());
    });
  }

  /** The first answer. @throws NoRespondersError | TimeoutError | ClosedConnectionError */
  request(subject: string, data: Uint8Array, { timeout, headers }: RequestOptions): Promise<Msg> {
    const token = String(++this.#count);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#take(token)?.reject(new TimeoutError()), timeout);
      this.#waiting.set(token, { subject, timer, resolve, reject });
      try {
        this.#connection.publish(subject, data, { reply: this.#inbox + token, ...(headers === undefined ? {} : { headers }) });
      } catch (error) {
        this.#take(token);
        reject(error);
      }
    });
  }

  #handle(message: Msg): void {
    // One that comes after its time has nobody who waits.
    const waiting = this.#take(message.subject.slice(this.#inbox.length));
    if (waiting === undefined) return;
    const nobody = message.data.length === 0 && message.headers?.code === noResponders;
    if (nobody) waiting.reject(new NoRespondersError(waiting.subject));
    else waiting.resolve(message);
  }

  #take(token: string): Waiting | undefined {
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(token);
    clearTimeout(waiting.timer);
    return waiting;
  }
}
