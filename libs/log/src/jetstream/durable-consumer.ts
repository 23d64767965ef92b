import { limits } from "@madang/contracts";
import {
  AckPolicy,
  type ConsumerInfo,
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";

/** Notices of the client after which deliveries may be missing. */
const breaking = new Set(["heartbeats_missed", "consumer_deleted", "consumer_not_found", "stream_not_found", "exceeded_limits"]);

export interface DurableConsumerOptions {
  stream: string;
  durable: string;
  /** The stream sequence to begin at. */
  from: number;
  /** Records asked for at a time; at most twice as many wait here. */
  bufferedRecords: number;
  /** What is not acknowledged by then comes again, which ends this life. */
  ackWaitMs: number;
}

/** One life of a durable pull consumer: what it delivers is gapless and in order, or it is `broken`. */
export class DurableConsumer {
  readonly #queue: JsMsg[] = [];
  readonly #taken: JsMsg[] = [];
  readonly #info: () => Promise<ConsumerInfo>;
  #messages: ConsumerMessages | undefined;
  #delivered = 0;
  /** When the last delivery came, or a sign of life that said that there are no others, ms. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #lastSequence = 0;
  #wake: (() => void) | undefined;
  #broken = false;

  /** Replaces the durable, so that it begins at `from` and knows nothing of what was delivered before. */
  static async start(
    connection: NatsConnection,
    { stream, durable, from, bufferedRecords, ackWaitMs }: DurableConsumerOptions,
  ): Promise<DurableConsumer> {
    const manager = await jetstreamManager(connection, { timeout: limits.logRequestMs, checkAPI: false });
    await manager.consumers.delete(stream, durable).catch(() => {});
    await manager.consumers.add(stream, {
      durable_name: durable,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      ack_policy: AckPolicy.All,
      // The server stops here, which bounds our queue.
      max_ack_pending: 2 * bufferedRecords,
      max_deliver: -1,
      ack_wait: ackWaitMs * 1_000_000,
    });
    const self = new DurableConsumer(() => manager.consumers.info(stream, durable));
    const consumer = await jetstream(connection, { timeout: limits.logRequestMs }).consumers.get(stream, durable);
    const messages = await consumer.consume({
      max_messages: bufferedRecords,
      // A new leader does not know what was asked of the former one. It is missed after two of these; by default that takes 30 s.
      idle_heartbeat: limits.readerHeartbeatMs,
      expires: 10 * limits.readerHeartbeatMs,
      callback: (message) => self.#receive(message),
    });
    self.#messages = messages;
    void self.#watch(messages);
    return self;
  }

  private constructor(info: () => Promise<ConsumerInfo>) {
    this.#info = info;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** What has been delivered, as soon as there is something; nothing after `waitMs`. @throws when broken */
  async take(maxRecords: number, waitMs: number): Promise<JsMsg[]> {
    if (this.#queue.length === 0 && !this.#broken) await this.#arrival(waitMs);
    if (this.#broken) throw new Error("deliveries were interrupted");
    const taken = this.#queue.splice(0, maxRecords);
    this.#taken.push(...taken);
    return taken;
  }

  /**
   * Whether silence is to be believed. After each delivery the signs of life begin, and tell how many there were; where they do not come,
   * the server is asked.
   * @throws when the broker does not answer, the consumer is gone, or deliveries got lost
   */
  async verify(): Promise<void> {
    if (performance.now() - this.#heardAt <= 2 * limits.readerHeartbeatMs && !this.#broken) return;
    const { delivered } = await this.#info();
    if (delivered.consumer_seq > this.#delivered) {
      // What was on its way while we asked is here by the second look.
      const before = this.#delivered;
      await this.#arrival(limits.logRequestMs);
      if (this.#delivered === before) this.#break();
    }
    if (this.#broken) throw new Error("deliveries were interrupted");
  }

  /** Acknowledges everything up to a stream sequence. */
  acknowledge(sequence: number): void {
    let count = 0;
    for (const message of this.#taken) {
      if (message.seq > sequence) break;
      count++;
    }
    this.#taken.splice(0, count).at(-1)?.ack();
  }

  stop(): void {
    this.#break();
  }

  #receive(message: JsMsg): void {
    if (this.#broken) return;
    // A hole in the deliveries, or one that comes again because nobody acknowledged it in time: the order is lost.
    if (message.info.deliverySequence !== this.#delivered + 1 || message.seq <= this.#lastSequence) return this.#break();
    this.#delivered++;
    this.#heardAt = performance.now();
    this.#lastSequence = message.seq;
    this.#queue.push(message);
    this.#wake?.();
  }

  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const notice of messages.status()) {
      if (breaking.has(notice.type)) this.#break();
      if (notice.type === "heartbeat") this.#hearHeartbeat(notice.lastConsumerSequence);
    }
    this.#break();
  }

  /** A sign of life comes only while nothing else does, behind all deliveries, and tells their number. */
  #hearHeartbeat(delivered: number): void {
    if (delivered > this.#delivered) this.#break();
    else this.#heardAt = performance.now();
  }

  /** What is here is let go of, and nothing more is asked for: whoever goes on begins at the last record done. */
  #break(): void {
    this.#broken = true;
    this.#queue.length = 0;
    this.#taken.length = 0;
    this.#messages?.stop();
    this.#wake?.();
  }

  #arrival(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(finish, waitMs);
      this.#wake = finish;
    });
  }
}
