export { type PersistenceConfig, persistenceConfig } from "./config.ts";
export { HistoryResponder, type Tail } from "./history.ts";
export { type DeadLetter, Projector, type ProjectorNews, type ProjectorOptions, type ProjectorStats } from "./projector.ts";
export { startPersistence } from "./service.ts";
export {
  type MessageStore,
  type RoomAppend,
  type ShardPosition,
  type StoredEvent,
  type StoredLine,
  StoreUnavailable,
} from "./store/message-store.ts";
export { CannotOpenStore, openStore } from "./store/open-store.ts";
