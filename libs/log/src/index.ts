export * from "./append-fenced.ts";
export * from "./claimed-room.ts";
export * from "./dead-letters.ts";
export * from "./errors.ts";
export * from "./event-log.ts";
export { JetStreamRecordStore } from "./jetstream/jetstream-record-store.ts";
export { JetStreamShardReader } from "./jetstream/jetstream-shard-reader.ts";
export { CannotProvision, type ProvisionOptions, provision, WrongStreamCount } from "./jetstream/provision.ts";
export {
  letAge,
  putBackStream,
  removeStream,
  type SavedStream,
  StreamNotCopied,
  saveStream,
  streamsThere,
} from "./jetstream/stream-snapshot.ts";
export { type SpaceTaken, StreamSpace } from "./jetstream/stream-space.ts";
export * from "./memory/memory-record-store.ts";
export * from "./open-log.ts";
export type * from "./ports.ts";
export * from "./registry.ts";
export * from "./room-log.ts";
export * from "./snapshots.ts";
