/** Where what could not be handled is kept for a person to look at. */
import { randomUUID } from "node:crypto";
import { limits, type RoomId, subjects } from "@madang/contracts";
import type { NatsConnection } from "@nats-io/transport-node";
import { LogUnavailable } from "./errors.ts";

export interface DeadLetter {
  /** Which service gave up. */
  readonly source: "room" | "projector";
  readonly room: RoomId;
  readonly reason: string;
  /** The stream sequence of the record, and the offset of the event in it, as far as they are known. */
  readonly sequence?: number;
  readonly offset?: number;
  /** What could not be handled, as it came. */
  readonly body: Uint8Array;
}

export class DeadLetters {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Resolves once it is kept. @throws LogUnavailable */
  async add({ body, ...about }: DeadLetter): Promise<void> {
    const letter = { v: 1, id: randomUUID(), ...about, body: Buffer.from(body).toString("base64") };
    try {
      const reply = await this.#connection.request(subjects.deadLetters, Buffer.from(JSON.stringify(letter)), {
        timeout: limits.logRequestMs,
      });
      const { error } = reply.json<{ error?: { description: string } }>();
      if (error !== undefined) throw new Error(error.description);
    } catch (cause) {
      throw new LogUnavailable("a dead letter was not kept", { cause });
    }
  }
}
