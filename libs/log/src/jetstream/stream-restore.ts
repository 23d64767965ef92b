/** A stream made from its snapshot. */
import { limits } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { type JetStreamManager, jetstreamManager, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { beginRestore } from "./begin-restore.ts";
import { type Answer, request, StreamNotCopied, silenceMs } from "./stream-requests.ts";
import type { SavedStream } from "./stream-snapshot.ts";

/** What was sent is then unpacked and read through, gigabytes of it perhaps. */
const unpackedWithinMs = 10 * 60_000;
const followedWithinMs = 60_000;

/**
 * Makes a stream from a snapshot. Nothing in it ages before it is whole; then it keeps the time that it kept. Resolves once all its copies
 * have it.
 *
 * @throws StreamNotBegun: nothing was made, for instance since it is there already
 * @throws StreamNotCopied: what was made is not whole
 */
export async function putBackStream(
  connection: NatsConnection,
  { config, state }: SavedStream,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { name } = config;
  const ageless = { ...config, max_age: 0 };
  const refused = (why: string | undefined) => new StreamNotCopied(`${name} cannot be put back: ${why}`);
  const chunksTo = await beginRestore(connection, { config: ageless, state });
  for await (const chunk of chunks) {
    const answer = await request(connection, chunksTo, chunk, silenceMs);
    // An empty answer takes the chunk; any other says why it is not taken.
    if (answer.data.length > 0) throw refused(answer.string());
  }
  const ended = (await request(connection, chunksTo, new Uint8Array(), unpackedWithinMs)).json<Answer<StreamInfo>>();
  if (ended.error !== undefined) throw refused(ended.error.description);
  const manager = await jetstreamManager(connection, { timeout: limits.logRequestMs, checkAPI: false });
  const there = await infoOnceCopied(manager, name);
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

/** Once its copies, where it has several, are up to date. */
async function infoOnceCopied(manager: JetStreamManager, stream: string): Promise<StreamInfo> {
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
