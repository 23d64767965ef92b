/** Follows one stream of the log, for as long as it lives, over whatever trouble. */
import { batchHeaders, limits, streamName } from "@madang/contracts";
import { backoff, pause } from "@madang/runtime";
import { type ConsumerMessages, type JsMsg, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Delivery } from "./delivery.ts";
import type { SubscriberNews } from "./news.ts";
import { eventsIn } from "./room-event.ts";
import type { StreamPlace } from "./stream-place.ts";

/** A later version wrote it. It stays where it is until a subscriber comes that reads it. */
export class NewerRecord extends Error {
  override readonly name = "NewerRecord";
}

export interface StreamFollowerOptions {
  connection: NatsConnection;
  shard: number;
  durable: string;
  place: StreamPlace;
  delivery: Delivery;
  report: (news: SubscriberNews) => void;
  /** Nothing new is begun any more. */
  closing: AbortSignal;
}

/** Notices of the client after which nothing more may come. */
const breaking = new Set(["heartbeats_missed", "consumer_deleted", "consumer_not_found", "stream_not_found", "exceeded_limits"]);

export class StreamFollower {
  readonly #options: StreamFollowerOptions;
  #messages: ConsumerMessages | undefined;
  /** Lives that have failed since it was well, and the last one's reason. */
  #failures = 0;
  #trouble: unknown;

  constructor(options: StreamFollowerOptions) {
    this.#options = options;
    options.closing.addEventListener("abort", () => this.restart());
  }

  /** Makes sure of the consumer, so that what is published after it comes. @throws what the client throws */
  async begin(): Promise<void> {
    await this.#options.place.ensure(await this.#manager());
  }

  /** Until it is closed, and the record in hand is done. */
  async run(): Promise<void> {
    const { shard, report, closing } = this.#options;
    while (!closing.aborted) {
      try {
        await this.#live();
      } catch (error) {
        if (this.#failures === 0) report({ kind: "interrupted", shard, error });
        this.#failures++;
        this.#trouble = error;
        await pause(backoff(this.#failures - 1, waits), closing);
      }
    }
  }

  /** The connection is another one: what was asked for on the former is forgotten. */
  restart(): void {
    this.#messages?.stop();
  }

  /** One life of the subscription. Ends when it is told to, or when deliveries may have been lost. */
  async #live(): Promise<void> {
    const { connection, shard, durable, closing } = this.#options;
    await this.begin();
    const consumer = await jetstream(connection, { timeout: limits.logRequestMs }).consumers.get(streamName(shard), durable);
    const messages = await consumer.consume({
      // The next one is asked for while the last one is worked on. More than one is never under way.
      max_messages: 4,
      idle_heartbeat: limits.readerHeartbeatMs,
      expires: 10 * limits.readerHeartbeatMs,
      abort_on_missing_resource: true,
    });
    this.#messages = messages;
    if (closing.aborted) messages.stop();
    const watching = this.#watch(messages);
    for await (const message of messages) {
      await this.#handle(message);
      if (closing.aborted) return;
    }
    const broken = await watching;
    if (broken !== undefined) throw new Error(`deliveries were interrupted: ${broken}`);
  }

  /** What ended it, if it was not told to end. */
  async #watch(messages: ConsumerMessages): Promise<string | undefined> {
    let broken: string | undefined;
    for await (const { type } of messages.status()) {
      if (breaking.has(type)) {
        broken = type;
        messages.stop();
      }
      // It hears, so it is well; unless it waits at a record that it cannot read.
      if (type === "heartbeat" && !(this.#trouble instanceof NewerRecord)) this.#well();
    }
    return broken;
  }

  async #handle(message: JsMsg): Promise<void> {
    const { shard, place, report } = this.#options;
    // It came again since its acknowledgement got lost or was late.
    if (place.isDone(message.seq)) return message.ack();
    const records = await place.missedBefore(message.seq, await this.#manager());
    if (records > 0) report({ kind: "missed", shard, records });
    const working = setInterval(() => message.working(), limits.subscriberAckWaitMs / 3);
    try {
      // Whoever comes next under this name need not wait for it.
      if (!(await this.#deliver(message))) return message.nak();
    } finally {
      clearInterval(working);
    }
    place.done(message.seq);
    message.ack();
    this.#well();
  }

  /** False: something of it was left undone. @throws NewerRecord */
  async #deliver({ subject, seq, headers, data }: JsMsg): Promise<boolean> {
    const { delivery, report } = this.#options;
    const version = headers?.get(batchHeaders.version) || "1";
    if (version !== "1") throw new NewerRecord(`record ${seq} of ${subject} is of version ${version}`);
    const unreadable = (error: unknown) => report({ kind: "unreadable", subject, sequence: seq, error });
    for (const event of eventsIn(subject, data, unreadable)) if (!(await delivery.deliver(event))) return false;
    return true;
  }

  #well(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#trouble = undefined;
    this.#options.report({ kind: "resumed", shard: this.#options.shard });
  }

  #manager() {
    return jetstreamManager(this.#options.connection, { timeout: limits.logRequestMs, checkAPI: false });
  }
}

const waits = { firstMs: limits.subscriberFollowRetryMs, longestMs: limits.subscriberFollowRetryLongestMs };
