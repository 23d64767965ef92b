/**
 * A stream as one run of bytes, and back: JetStream's own snapshots, as `nats stream backup` makes them. Sequences, times, headers and
 * consumers stay what they were, so that whatever names a sequence is right where the stream is put back.
 */
import { JetStreamCode, limits } from "@madang/contracts";
import { pause, within } from "@madang/runtime";
import { type JetStreamManager, jetstreamManager, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";

/** What a snapshot is put back with. */
export interface SavedStream {
  /** As JetStream has it. */
  readonly config: { readonly name: string; readonly [setting: string]: unknown };
  /** At least this is in the snapshot; what came while it was made may be, too. */
  readonly state: { readonly messages: number; readonly first_seq: number; readonly last_seq: number };
}

/** A stream cannot be saved or put back, for a reason that JetStream gives, or since it says nothing. */
export class StreamNotCopied extends Error {
  override readonly name = "StreamNotCopied";
}

const chunkBytes = 128 * 1024;
/** The server itself gives a snapshot up whose chunks nobody takes for 5 s. */
const silenceMs = 15_000;
/** What was sent is then unpacked and read through, gigabytes of it perhaps. */
const unpackedWithinMs = 10 * 60_000;
const followedWithinMs = 60_000;
/** Three servers that are slow take some seconds to agree who leads a new stream, and only then is its snapshot asked for. */
const begunAnswerMs = 10_000;
const begunWithinMs = 60_000;

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

/**
 * Makes a stream from a snapshot. Nothing in it ages before it is whole; then it keeps the time that it kept. Resolves once all its copies
 * have it.
 *
 * @throws StreamNotCopied: also where it is there already
 */
export async function putBackStream(
  connection: NatsConnection,
  { config, state }: SavedStream,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { name } = config;
  const ageless = { ...config, max_age: 0 };
  const refused = (why: string | undefined) => new StreamNotCopied(`${name} cannot be put back: ${why}`);
  const begun = await begin(connection, { config: ageless, state });
  if (begun.error !== undefined) throw refused(begun.error.description);
  for await (const chunk of chunks) {
    const answer = await request(connection, begun.deliver_subject, chunk, silenceMs);
    if (answer.data.length > 0) throw refused(answer.string());
  }
  const ended = (await request(connection, begun.deliver_subject, new Uint8Array(), unpackedWithinMs)).json<Answer<StreamInfo>>();
  if (ended.error !== undefined) throw refused(ended.error.description);
  const manager = await jetstreamManager(connection, { timeout: limits.logRequestMs, checkAPI: false });
  const there = await everywhere(manager, name);
  if (there.state.last_seq < state.last_seq || there.state.messages < state.messages)
    throw refused(`of ${state.messages} records up to ${state.last_seq} there are ${there.state.messages}`);
}

/** From now on its records age, as they did where it was saved. @throws StreamNotCopied */
export async function letAge(connection: NatsConnection, { config }: Pick<SavedStream, "config">): Promise<void> {
  try {
    const manager = await jetstreamManager(connection, { timeout: silenceMs, checkAPI: false });
    await manager.streams.update(config.name, config as unknown as StreamConfig);
  } catch (cause) {
    throw new StreamNotCopied(`${config.name} cannot be given its settings (${(cause as Error).message})`, { cause });
  }
}

/** Takes a stream away, with all that is in it. @throws StreamNotCopied */
export async function removeStream(connection: NatsConnection, stream: string): Promise<void> {
  const { error } = await ask(connection, `$JS.API.STREAM.DELETE.${stream}`, "");
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

/**
 * Servers that the cluster's leader does not know yet are waited for. Nobody answers where that leader changes, or where the copies of the
 * new stream find none among them: what came of the question then, if anything, is taken away, and it is asked again.
 */
async function begin(connection: NatsConnection, saved: SavedStream): Promise<Answer<{ deliver_subject: string }>> {
  const { name } = saved.config;
  const subject = `$JS.API.STREAM.RESTORE.${name}`;
  const body = new TextEncoder().encode(JSON.stringify(saved));
  const deadline = performance.now() + begunWithinMs;
  let unanswered = false;
  for (;;) {
    const late = performance.now() > deadline;
    try {
      const answer = (await request(connection, subject, body, begunAnswerMs)).json<Answer<{ deliver_subject: string }>>();
      const code = answer.error?.err_code ?? 0;
      const leftover = unanswered && code === JetStreamCode.restoredNameInUse;
      if (late || !(leftover || awaited.has(code))) return answer;
      if (leftover) await removeStream(connection, name);
    } catch (error) {
      if (late || !(error instanceof StreamNotCopied)) throw error;
      unanswered = true;
    }
    await pause(limits.logRetryLongestMs);
  }
}

const awaited: ReadonlySet<number> = new Set([JetStreamCode.noPeers, JetStreamCode.clusterUnavailable, JetStreamCode.notLeader]);

interface Refusal {
  err_code: number;
  description: string;
}
type Answer<T> = T & { error?: Refusal };

async function ask<T>(connection: NatsConnection, subject: string, body: string): Promise<Answer<T>> {
  return (await request(connection, subject, new TextEncoder().encode(body), silenceMs)).json<Answer<T>>();
}

async function request(connection: NatsConnection, subject: string, body: Uint8Array, timeout: number): Promise<Msg> {
  try {
    return await connection.request(subject, body, { timeout });
  } catch (cause) {
    throw new StreamNotCopied(`no answer to ${subject.replace(/\.[^.]*$/, "")} (${(cause as Error).message})`, { cause });
  }
}

/** Once its copies, where it has several, are up to date. */
async function everywhere(manager: JetStreamManager, stream: string): Promise<StreamInfo> {
  const deadline = performance.now() + followedWithinMs;
  for (;;) {
    const info = await manager.streams.info(stream).catch((error: unknown) => {
      // It has no leader for a moment, or much to do.
      if (performance.now() < deadline) return undefined;
      throw new StreamNotCopied(`${stream} is not there after all (${(error as Error).message})`, { cause: error });
    });
    const others = info?.cluster?.replicas ?? [];
    if (info !== undefined && others.length === info.config.num_replicas - 1 && others.every(({ current }) => current))
      return info;
    if (performance.now() > deadline) throw new StreamNotCopied(`not all copies of ${stream} are up to date`);
    await pause(100);
  }
}
