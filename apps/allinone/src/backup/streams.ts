/** Which streams a backup holds, and in which order they are saved. */
import { buckets, deadLetterStream, limits, streamName } from "@madang/contracts";

const bucketStream = (bucket: string) => `KV_${bucket}`;

/**
 * Whatever names another comes before it: the registry and snapshots say how far a room's log goes, and a log that lacks what they say has
 * lost something. So the log comes last, and snapshots before the segments that they name. Dead letters are added before the store
 * has the rest, and may be known twice.
 *
 * Not among them: `members`, leases of processes that are not there any more.
 */
const savedBuckets = [
  buckets.settings,
  buckets.rooms,
  buckets.snapshots,
  buckets.dedupe,
  buckets.gifts,
  buckets.cards,
  buckets.words,
  buckets.blocks,
  buckets.revoked,
] as const;

export const logStreams: readonly string[] = Array.from({ length: limits.streams }, (_, shard) => streamName(shard));

export const savedStreams: readonly string[] = [...savedBuckets.map(bucketStream), ...logStreams, deadLetterStream];

/** Without these it is no Madang; the others came with later versions, and are made when they are missing. */
export const neededStreams: readonly string[] = [bucketStream(buckets.settings), bucketStream(buckets.rooms), ...logStreams];

/** Whatever stands in the way of a restore. */
export const ourStreams: readonly string[] = [...savedStreams, bucketStream(buckets.members)];
