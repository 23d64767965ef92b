/** Questions to JetStream about whole streams, and how they fail. */
import { JetStreamCode, limits } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { jetstreamManager } from "@nats-io/jetstream";
import type { Msg, NatsConnection } from "@nats-io/transport-node";

/** A stream cannot be saved or put back, for a reason that JetStream gives, or since it says nothing. */
export class StreamNotCopied extends Error {
  override readonly name: string = "StreamNotCopied";
}

interface Refusal {
  err_code: number;
  description: string;
}
export type Answer<T> = T & { error?: Refusal };

/** Without an answer for so long, nobody gives one. The server itself gives a snapshot up whose chunks nobody takes for 5 s. */
export const silenceMs = 15_000;

/** @throws StreamNotCopied: nobody answers */
export async function ask<T>(connection: NatsConnection, subject: string, body = "", timeoutMs = silenceMs): Promise<Answer<T>> {
  return (await request(connection, subject, new TextEncoder().encode(body), timeoutMs)).json<Answer<T>>();
}

/** @throws StreamNotCopied: nobody answers; the cause tells why */
export async function request(connection: NatsConnection, subject: string, body: Uint8Array, timeoutMs: number): Promise<Msg> {
  try {
    return await connection.request(subject, body, { timeout: timeoutMs });
  } catch (cause) {
    throw new StreamNotCopied(`no answer to ${subject} (${(cause as Error).message})`, { cause });
  }
}

/** Takes a stream away, with all that is in it. @throws StreamNotCopied */
export async function removeStream(connection: NatsConnection, stream: string): Promise<void> {
  const { error } = await ask(connection, `$JS.API.STREAM.DELETE.${stream}`);
  if (error !== undefined && error.err_code !== JetStreamCode.streamNotFound)
    throw new StreamNotCopied(`${stream} cannot be removed: ${error.description}`);
}

/** The names of all streams. A cluster that has just started is waited for. @throws StreamNotCopied */
export async function streamsThere(connection: NatsConnection): Promise<string[]> {
  const deadline = performance.now() + limits.provisionWithinMs;
  for (;;) {
    try {
      const manager = await jetstreamManager(connection, { timeout: limits.logRequestMs, checkAPI: false });
      const names: string[] = [];
      for await (const name of manager.streams.names()) names.push(name);
      return names;
    } catch (cause) {
      if (performance.now() > deadline)
        throw new StreamNotCopied(`JetStream does not answer (${(cause as Error).message})`, { cause });
      await pause(limits.logRetryLongestMs);
    }
  }
}
