/** Makes the streams and buckets that all services share, or finds them as they are. Every service may do it, at the same time. */
import {
  buckets,
  deadLetterStreamConfig,
  decodeJson,
  type Epoch,
  encodeJson,
  JetStreamCode,
  LogSettings,
  limits,
  newEpoch,
  streamConfig,
} from "@madang/contracts";
import { backoff, pause } from "@madang/runtime";
import { JetStreamApiError, type JetStreamManager, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { type NatsConnection, RequestError, TimeoutError } from "@nats-io/transport-node";
import { LogUnavailable } from "../errors.ts";
import { NatsBucket } from "./nats-bucket.ts";

export interface ProvisionOptions {
  /** Copies of every record: 1 for a single server, 3 in a cluster. */
  replicas: number;
  /** All streams together. */
  maxBytes: number;
}

export interface Provisioned {
  /** The epoch of rooms that begin in this log. */
  epoch: Epoch;
  /** Asked anew: another one, if the log was lost and made again since. */
  currentEpoch: () => Promise<Epoch>;
  rooms: NatsBucket;
  snapshots: NatsBucket;
  dedupe: NatsBucket;
  gifts: NatsBucket;
  cards: NatsBucket;
  words: NatsBucket;
  blocks: NatsBucket;
  revoked: NatsBucket;
}

/** This log was made with another number of streams: rooms would be looked for in the wrong ones. */
export class WrongStreamCount extends Error {
  override readonly name = "WrongStreamCount";
}

/** JetStream is off, or has not room for the streams. */
export class CannotProvision extends Error {
  override readonly name = "CannotProvision";
}

/**
 * A cluster that has just started has no leaders yet: it is waited for, up to `limits.provisionWithinMs`.
 *
 * @throws WrongStreamCount | CannotProvision
 */
export async function provision(connection: NatsConnection, options: ProvisionOptions): Promise<Provisioned> {
  const deadline = performance.now() + limits.provisionWithinMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await tryToProvision(connection, options);
    } catch (cause) {
      if (cause instanceof WrongStreamCount) throw cause;
      if (!mayPass(cause) || performance.now() > deadline)
        throw new CannotProvision(`The log cannot be set up (${(cause as Error).message}).`, { cause });
      await pause(backoff(attempt, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }));
    }
  }
}

async function tryToProvision(connection: NatsConnection, { replicas, maxBytes }: ProvisionOptions): Promise<Provisioned> {
  const settings = await NatsBucket.open(connection, buckets.settings, { replicas });
  const log = await logSettings(settings);
  const manager = await jetstreamManager(connection, { timeout: limits.logRequestMs });
  const streams = Array.from({ length: limits.streams }, (_, shard) =>
    streamConfig(shard, { replicas, maxBytes: Math.floor(maxBytes / limits.streams) }),
  );
  await Promise.all([...streams, deadLetterStreamConfig({ replicas })].map((config) => ensureStream(manager, config)));
  const [rooms, snapshots, dedupe, gifts, cards, words, blocks, revoked] = await Promise.all([
    NatsBucket.open(connection, buckets.rooms, { replicas }),
    NatsBucket.open(connection, buckets.snapshots, { replicas }),
    // Longer than the dedupe window, so that a segment outlives the last entry that needs it.
    NatsBucket.open(connection, buckets.dedupe, { replicas, ttlMs: 2 * limits.dedupeWindowMs }),
    NatsBucket.open(connection, buckets.gifts, { replicas }),
    NatsBucket.open(connection, buckets.cards, { replicas }),
    NatsBucket.open(connection, buckets.words, { replicas }),
    NatsBucket.open(connection, buckets.blocks, { replicas }),
    // Nothing in a value is of use longer than that after it was written.
    NatsBucket.open(connection, buckets.revoked, { replicas, ttlMs: limits.revokedForMs }),
  ]);
  const currentEpoch = async () => (await logSettings(settings)).epoch;
  return { epoch: log.epoch, currentEpoch, rooms, snapshots, dedupe, gifts, cards, words, blocks, revoked };
}

/**
 * No answer, no leader yet, or not all servers there yet: as in a cluster that is starting. Or this service must not make what is missing
 * (a `RequestError`): another may.
 */
function mayPass(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return awaited.has(error.code);
  return error instanceof TimeoutError || error instanceof RequestError || error instanceof LogUnavailable;
}

const awaited: ReadonlySet<number> = new Set([
  JetStreamCode.noPeers,
  JetStreamCode.clusterUnavailable,
  JetStreamCode.notLeader,
  JetStreamCode.streamOffline,
]);

async function ensureStream(manager: JetStreamManager, config: { name: string }): Promise<void> {
  // Looked for first: a service that may not make streams has none to make, where another has been before.
  if (await isThere(manager, config.name)) return;
  try {
    await manager.streams.add(config as unknown as StreamConfig);
  } catch (error) {
    // It is there with other settings, such as a size that the operator changed. That is the operator's right.
    if (!(error instanceof JetStreamApiError && error.code === JetStreamCode.streamNameInUse)) throw error;
  }
}

async function isThere(manager: JetStreamManager, stream: string): Promise<boolean> {
  try {
    await manager.streams.info(stream);
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamCode.streamNotFound) return false;
    throw error;
  }
}

async function logSettings(bucket: NatsBucket): Promise<LogSettings> {
  let stored = await bucket.get("log");
  if (stored === undefined) {
    const fresh = { v: 1, streams: limits.streams, epoch: newEpoch() } satisfies LogSettings;
    // Of several services that start at once, one makes them.
    await bucket.replace("log", encodeJson(fresh), undefined).catch(() => {});
    stored = await bucket.get("log");
  }
  if (stored === undefined) throw new Error("its settings could not be written");
  const settings = readSettings(stored.value);
  if (settings.streams !== limits.streams) {
    throw new WrongStreamCount(`This log has ${settings.streams} streams, and this version reads ${limits.streams}.`);
  }
  return settings;
}

function readSettings(bytes: Uint8Array): LogSettings {
  try {
    return decodeJson(LogSettings, bytes);
  } catch (cause) {
    throw new Error("its settings are those of another version", { cause });
  }
}
