export { type PersistenceConfig, persistenceConfig } from "./config.ts";
export { runDeadLetters } from "./dead-letters/command.ts";
export { startPersistence } from "./service.ts";
export { migrateStore, openStore } from "./store/open-store.ts";
export { migrateSqliteFile } from "./store/sqlite-migrations.ts";
export { copyTables, emptyTables, filledTables, RowsDiffer } from "./store/table-copy.ts";
