/** Where what could not be handled is kept, for a person to look at and to have tried again. */
import { createHash } from "node:crypto";
import { deadLetterStream, decodeJson, encodeJson, limits, StoredLetter, subjects } from "@madang/contracts";
import { type JetStreamManager, jetstreamManager, type StoredMsg } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { LogUnavailable, OutcomeUnknown } from "./errors.ts";

export interface DeadLetter extends Omit<StoredLetter, "v" | "body"> {
  /** What could not be handled, as it came. */
  readonly body: Uint8Array;
}

/** A letter as it is kept. */
export interface KeptLetter {
  /** Its sequence in the stream of letters. */
  readonly id: number;
  /** When it was kept, ms since 1970. */
  readonly time: number;
  /** Nothing: somebody put there what is no letter of a version that we read. */
  readonly letter: DeadLetter | undefined;
}

/** A reason is a sentence; a database may put a whole statement into its own. */
const reasonChars = 1_000;

export class DeadLetters {
  readonly #connection: NatsConnection;
  #manager: Promise<JetStreamManager> | undefined;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Resolves once it is kept. The same letter again within two minutes is the same letter. @throws OutcomeUnknown */
  async add({ body, reason, ...about }: DeadLetter): Promise<void> {
    const kept = body.subarray(0, limits.deadLetterBodyBytes);
    const letter = encodeJson({
      v: 1,
      ...about,
      reason: reason.slice(0, reasonChars),
      body: Buffer.from(kept.buffer, kept.byteOffset, kept.length).toString("base64"),
      ...(kept.length < body.length ? { cut: true } : {}),
    } satisfies StoredLetter);
    // Whoever had no answer adds it again.
    const fields = headers();
    fields.set("Nats-Msg-Id", createHash("sha256").update(letter).digest("hex"));
    try {
      const reply = await this.#connection.request(subjects.deadLetters, letter, {
        headers: fields,
        timeout: limits.logRequestMs,
      });
      const { error } = reply.json<{ error?: { description: string } }>();
      if (error !== undefined) throw new Error(error.description);
    } catch (cause) {
      throw new OutcomeUnknown("no word whether a dead letter is kept", { cause });
    }
  }

  /** The newest letters, the newest first, or the newest of those before an id. @throws LogUnavailable */
  async newest({ before, atMost }: { before?: number | undefined; atMost: number }): Promise<KeptLetter[]> {
    const { state } = await this.#ask((manager) => manager.streams.info(deadLetterStream));
    const found: KeptLetter[] = [];
    let end = Math.min(before ?? Number.POSITIVE_INFINITY, state.last_seq + 1);
    // A stream is read forwards, so it is read in stretches from its end; over what was removed they get longer.
    for (let stretch = atMost; found.length < atMost && end > state.first_seq; ) {
      const begin = Math.max(state.first_seq, end - stretch);
      const letters = await this.#between(begin, end);
      found.push(...letters.reverse());
      stretch = letters.length === 0 ? stretch * 2 : atMost;
      end = begin;
    }
    return found.slice(0, atMost);
  }

  /** How many there are, and the newest. @throws LogUnavailable */
  async summary(): Promise<{ count: number; newest: KeptLetter | undefined }> {
    const { state } = await this.#ask((manager) => manager.streams.info(deadLetterStream));
    const [newest] = state.messages === 0 ? [] : await this.newest({ atMost: 1 });
    return { count: state.messages, newest };
  }

  /** The letter with an id, or the first one after it. @throws LogUnavailable */
  async at(id: number): Promise<KeptLetter | undefined> {
    // The API takes both fields; the client's type lists only one.
    const query: { seq: number; next_by_subj: string } = { seq: Math.max(1, id), next_by_subj: subjects.deadLetters };
    const message = await this.#ask((manager) => manager.streams.getMessage(deadLetterStream, query));
    return message === null ? undefined : keptLetter(message);
  }

  /** It has been dealt with. One that is gone already is no trouble. @throws LogUnavailable: it is there still, or nobody says */
  async remove(id: number): Promise<void> {
    try {
      await this.#ask((manager) => manager.streams.deleteMessage(deadLetterStream, id, false));
    } catch (error) {
      if ((await this.at(id))?.id === id) throw error;
    }
  }

  async #between(begin: number, end: number): Promise<KeptLetter[]> {
    const letters: KeptLetter[] = [];
    for (let next = await this.at(begin); next !== undefined && next.id < end; next = await this.at(next.id + 1))
      letters.push(next);
    return letters;
  }

  async #ask<T>(question: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    try {
      this.#manager ??= jetstreamManager(this.#connection, { timeout: limits.logRequestMs, checkAPI: false });
      return await question(await this.#manager);
    } catch (cause) {
      this.#manager = undefined;
      throw new LogUnavailable(`the dead letters cannot be read (${(cause as Error).message})`, { cause });
    }
  }
}

function keptLetter({ seq, time, data }: StoredMsg): KeptLetter {
  return { id: seq, time: time.getTime(), letter: readLetter(data) };
}

function readLetter(data: Uint8Array): DeadLetter | undefined {
  try {
    const { v: _, body, ...about } = decodeJson(StoredLetter, data);
    return { ...about, body: Buffer.from(body, "base64") };
  } catch {
    return undefined;
  }
}
