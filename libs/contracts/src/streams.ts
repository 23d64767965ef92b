/** Names and settings of the streams and buckets that all services share. */
import { batchTraces } from "./batch.ts";
import { limits } from "./limits.ts";
import { subjects } from "./subjects.ts";

export const streamName = (shard: number) => `ROOMS_${shard}`;

export const buckets = {
  /** Who is alive: leases of members and projectors. Memory, with a TTL. */
  members: "members",
  /** What is fixed for the cluster: the log's epoch and number of streams. */
  settings: "settings",
  /** Every room that ever was, and where it stood, for ever. */
  rooms: "rooms",
  /** Each room's last snapshot, for ever. */
  snapshots: "snapshots",
  /** Sealed dedupe segments. */
  dedupe: "dedupe",
  /** Sealed segments of gifts, for ever. */
  gifts: "gifts",
  /** What each room is like now, for those who serve its viewers: settings, roles, bans, pins, and what was taken away lately. */
  cards: "cards",
  /** Lists of banned words: each room's, and one for all. */
  words: "words",
  /** Whom each user does not want to hear. */
  blocks: "blocks",
  /** Tokens that the site has taken back. */
  revoked: "revoked",
} as const;

/** The stream `ROOMS_<shard>`, in the words of the JetStream API. Times are in ns there. */
export function streamConfig(shard: number, options: { replicas: number; maxBytes: number }) {
  return {
    name: streamName(shard),
    subjects: [subjects.logShard(shard)],
    storage: "file",
    retention: "limits",
    discard: "new",
    max_age: limits.logMaxAgeMs * 1_000_000,
    max_bytes: options.maxBytes,
    num_replicas: options.replicas,
    allow_direct: true,
    deny_delete: true,
    duplicate_window: limits.batchIdWindowMs * 1_000_000,
    republish: { src: subjects.logShard(shard), dest: "room.live.{{wildcard(1)}}" },
  } as const;
}

/** The headers that a batch is stored with, beside NATS' own, and comes with wherever it is read. */
export const batchHeaders = {
  version: "Madang-V",
  generation: "Madang-Generation",
  batchId: "Madang-Batch",
  /** Of the commands in it that are followed, if any are. */
  traces: batchTraces,
} as const;

export const deadLetterStream = "DEAD_LETTERS";

/** What could not be handled: the oldest goes when there is no more room, for a person looks at the newest first. */
export function deadLetterStreamConfig({ replicas }: { replicas: number }) {
  return {
    name: deadLetterStream,
    subjects: [subjects.deadLetters],
    storage: "file",
    retention: "limits",
    discard: "old",
    max_bytes: limits.deadLetterBytes,
    num_replicas: replicas,
  } as const;
}

/** JetStream's answers that mean something to us. Source: nats-server's errors.json. */
export const JetStreamCode = {
  /** The last record of the subject, or the revision of the key, is not the expected one. */
  wrongLastSequence: 10071,
  insufficientResources: 10023,
  storageExceeded: 10047,
  maximumBytes: 10077,
  /** A cluster that is starting: not all servers, or no leader, are there yet. */
  noPeers: 10005,
  clusterUnavailable: 10008,
  notLeader: 10009,
  streamOffline: 10118,
  /** The stream is there already, with other settings. */
  streamNameInUse: 10058,
  /** A snapshot was to be put back under the name of a stream that is there. */
  restoredNameInUse: 10130,
  consumerNotFound: 10014,
  streamNotFound: 10059,
} as const;
