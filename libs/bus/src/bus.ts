/** Talk now, at most once: core NATS behind the few verbs that the services use. */

import { Socket } from "node:net";
import { pause, StartError, within } from "@madang/runtime";
import {
  connect,
  headers,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  NoRespondersError,
  type Server,
  type Subscription,
  TimeoutError,
} from "@nats-io/transport-node";
import { connectionOptions, withoutCredentials } from "./connection-options.ts";
import { Requests } from "./requests.ts";

/** Nobody listens on the subject. The request was not handled by anyone. */
export class NoResponders extends Error {
  override readonly name = "NoResponders";
}

/** No answer in time. The request may or may not have been handled. */
export class RequestTimeout extends Error {
  override readonly name = "RequestTimeout";
}

export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** A header's value, or `""`. */
  header(name: string): string;
  /** Answers a request; for a message that asks for no answer it does nothing. */
  respond(data: Uint8Array): void;
}

export interface BusSubscription {
  close(): void;
}

export interface ServedSubscription {
  /** Gets nothing new; resolves once what was on its way has been handed on. @throws where there is no connection */
  drain(): Promise<void>;
}

export interface BusOptions {
  /** `nats://user:password@host:port`, or several with commas. */
  url: string;
  /** How the server calls this connection. */
  name: string;
  /** The certificates of those who may vouch for the server, as PEM; what Node trusts, if none is named. With it TLS is insisted on. */
  caFile?: string | undefined;
  timeoutMs?: number;
  /** Something came that a handler could not take. */
  onHandlerError: (error: unknown, subject: string) => void;
}

export type BusEvent = "disconnected" | "reconnected" | "closed";

/**
 * One connection to NATS. It reconnects for ever; `connected` tells how it stands. What is published while it is disconnected is
 * lost, as with any at-most-once bus: whoever needs to know asks with `request`.
 */
export class Bus {
  readonly connection: NatsConnection;
  readonly requests: Requests;
  readonly #listeners = new Set<(event: BusEvent) => void>();
  readonly #onHandlerError: BusOptions["onHandlerError"];
  readonly #inboxPrefix: string;
  #connected = true;
  #changes = 0;
  /** The server that is being left. */
  #left: string | undefined;

  /** @throws StartError when NATS does not answer or refuses the credentials. */
  static async connect(options: BusOptions): Promise<Bus> {
    let bus: Bus | undefined;
    const reconnectToServer = (servers: readonly Server[]) => (bus === undefined ? null : bus.#elsewhere(servers));
    try {
      const settings = connectionOptions(options);
      bus = new Bus(await connect({ ...settings, reconnectToServer }), { ...options, inboxPrefix: settings.inboxPrefix });
      return bus;
    } catch (cause) {
      throw new StartError(`NATS at ${withoutCredentials(options.url)} does not answer (${(cause as Error).message}).`, {
        cause,
      });
    }
  }

  private constructor(
    connection: NatsConnection,
    { inboxPrefix, onHandlerError }: Pick<BusOptions, "onHandlerError"> & { inboxPrefix: string },
  ) {
    this.connection = connection;
    this.requests = new Requests(connection, inboxPrefix);
    this.#inboxPrefix = inboxPrefix;
    this.#onHandlerError = onHandlerError;
    void this.#watch();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** How often it has lost or found its connection: between two equal numbers it was connected all the while, or never. */
  get changes(): number {
    return this.#changes;
  }

  onEvent(listener: (event: BusEvent) => void): void {
    this.#listeners.add(listener);
  }

  publish(subject: string, data: Uint8Array): void {
    if (!this.connection.isClosed()) this.connection.publish(subject, data);
  }

  /** Handlers run one after the other on the socket's own turn, and must not block. What one throws ends only its own message. */
  subscribe(subject: string, handler: (message: BusMessage) => void, options: { queue?: string } = {}): BusSubscription {
    const subscription = this.#subscribe(subject, handler, options);
    return { close: () => subscription.unsubscribe() };
  }

  /** As `subscribe`, for questions that replicas share: one that leaves loses none that it was given. */
  serve(subject: string, handler: (message: BusMessage) => void, { queue }: { queue: string }): ServedSubscription {
    const subscription = this.#subscribe(subject, handler, { queue });
    return { drain: () => subscription.drain() };
  }

  #subscribe(subject: string, handler: (message: BusMessage) => void, options: { queue?: string }): Subscription {
    return this.connection.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (error !== null) return;
        try {
          handler(toBusMessage(message));
        } catch (cause) {
          this.#onHandlerError(cause, message.subject);
        }
      },
    });
  }

  /** `traceparent`: the span that this is a part of, told to whoever answers. @throws NoResponders | RequestTimeout */
  async request(
    subject: string,
    data: Uint8Array,
    { timeoutMs, traceparent }: { timeoutMs: number; traceparent?: string | undefined },
  ): Promise<Uint8Array> {
    try {
      const options = traceparent === undefined ? { timeout: timeoutMs } : { timeout: timeoutMs, headers: traced(traceparent) };
      const reply = await this.requests.request(subject, data, options);
      return reply.data;
    } catch (cause) {
      if (cause instanceof NoRespondersError) throw new NoResponders(`nobody listens on ${subject}`, { cause });
      const what = cause instanceof TimeoutError ? `no answer in ${timeoutMs} ms` : "connection lost";
      throw new RequestTimeout(`${what} on ${subject}`, { cause });
    }
  }

  /** Asks everybody at once, and collects until `expected` have answered or the time is over. */
  async survey(
    subject: string,
    data: Uint8Array,
    { timeoutMs, expected }: { timeoutMs: number; expected: number },
  ): Promise<Uint8Array[]> {
    const inbox = `${this.#inboxPrefix}.survey.${crypto.randomUUID()}`;
    const answers: Uint8Array[] = [];
    const enough = Promise.withResolvers<void>();
    const subscription = this.connection.subscribe(inbox, {
      callback: (error, message) => {
        // An empty answer with a status is the server's "no responders".
        if (error !== null || message.data.length === 0) return enough.resolve();
        answers.push(message.data);
        if (answers.length >= expected) enough.resolve();
      },
    });
    try {
      this.connection.publish(subject, data, { reply: inbox });
      await Promise.race([enough.promise, pause(timeoutMs)]);
      return answers;
    } finally {
      subscription.unsubscribe();
    }
  }

  /** Resolves once the server has taken everything sent before, subscriptions included. @throws RequestTimeout */
  async flush(timeoutMs: number): Promise<void> {
    await within(timeoutMs, this.connection.flush(), () => new RequestTimeout(`NATS took nothing for ${timeoutMs} ms`));
  }

  /** Leaves this connection for a new one, to another server of the list if there is one. What is on its way is lost. */
  reconnect(): void {
    this.#left = this.connection.getServer();
    // The client's own way first writes out what it has, which on a dead link with full buffers never ends.
    const socket = socketOf(this.connection);
    if (socket !== undefined) socket.destroy();
    else this.connection.reconnect().catch(() => {});
  }

  async close(): Promise<void> {
    if (this.connection.isClosed()) return;
    await this.connection.close();
  }

  /** Which server to try; null for `next`. The first reconnect would go back to the server that we were connected to first. */
  #elsewhere([next, other]: readonly Server[]): Server | null {
    const left = this.#left;
    // Once: it may be the only one that answers.
    this.#left = undefined;
    return next?.listen === left && other !== undefined ? other : null;
  }

  async #watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === "disconnect") this.#tell("disconnected");
      if (status.type === "reconnect") this.#tell("reconnected");
      // The server is about to leave. Whoever goes at once chooses the moment, and nothing is asked of it any more.
      if (status.type === "ldm") this.reconnect();
    }
    this.#tell("closed");
  }

  #tell(event: BusEvent): void {
    this.#connected = event === "reconnected";
    this.#changes++;
    for (const listener of this.#listeners) listener(event);
  }
}

function traced(traceparent: string): MsgHdrs {
  const fields = headers();
  fields.set("traceparent", traceparent);
  return fields;
}

function toBusMessage(message: Msg): BusMessage {
  return {
    subject: message.subject,
    data: message.data,
    header: (name) => message.headers?.get(name) ?? "",
    respond: (data) => {
      try {
        message.respond(data);
      } catch {
        // The connection is closed: nobody waits for this answer any more.
      }
    },
  };
}

/** A private part of the client. Where it is not found any more, the test of a dead link fails. */
function socketOf(connection: NatsConnection): Socket | undefined {
  const { protocol } = connection as unknown as { protocol?: { transport?: { socket?: unknown } } };
  const socket = protocol?.transport?.socket;
  return socket instanceof Socket ? socket : undefined;
}
