/**
 * A stream as one run of bytes: JetStream's own snapshots, as `nats stream backup` makes them. Sequences, times, headers and consumers stay
 * what they were, so that whatever names a sequence is right where the stream is put back.
 */
import { JetStreamCode } from "@madang/contracts";
import { within } from "@madang/runtime";
import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { ask, StreamNotCopied, silenceMs } from "./stream-requests.ts";

/** What a snapshot is put back with. */
export interface SavedStream {
  /** As JetStream has it. */
  readonly config: { readonly name: string; readonly [setting: string]: unknown };
  /** At least this is in the snapshot; what came while it was made may be, too. */
  readonly state: { readonly messages: number; readonly first_seq: number; readonly last_seq: number };
}

const chunkBytes = 128 * 1024;

/** `write` gets its bytes, in order; the server is some chunks ahead of it, and no more. Undefined: there is no such stream. @throws StreamNotCopied */
export async function saveStream(
  connection: NatsConnection,
  stream: string,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<SavedStream | undefined> {
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox);
  try {
    const request = { deliver_subject: inbox, chunk_size: chunkBytes, no_consumers: false, jsck: false };
    const answer = await ask<SavedStream>(connection, `$JS.API.STREAM.SNAPSHOT.${stream}`, JSON.stringify(request));
    if (answer.error?.err_code === JetStreamCode.streamNotFound) return undefined;
    if (answer.error !== undefined) throw new StreamNotCopied(`${stream} cannot be saved: ${answer.error.description}`);
    const chunks = subscription[Symbol.asyncIterator]();
    for (let count = 1; ; count++) {
      const next = await within(silenceMs, chunks.next(), () => new StreamNotCopied(`the rest of ${stream} does not come`));
      const chunk: Msg | undefined = next.done ? undefined : next.value;
      if (chunk === undefined) throw new StreamNotCopied(`the connection ended while ${stream} was saved`);
      if (chunk.data.length === 0) {
        const code = chunk.headers?.code ?? 0;
        if (code > 204) throw new StreamNotCopied(`${stream} was given up: ${chunk.headers?.description || code}`);
        return { config: answer.config, state: answer.state };
      }
      // `….<bytes>.<count>`. The last one may ask for no acknowledgement.
      const number = chunk.reply ? Number(chunk.reply.slice(chunk.reply.lastIndexOf(".") + 1)) : count;
      if (number !== count) throw new StreamNotCopied(`a part of ${stream} did not come`);
      await write(chunk.data);
      if (chunk.reply) connection.publish(chunk.reply);
    }
  } finally {
    subscription.unsubscribe();
  }
}
