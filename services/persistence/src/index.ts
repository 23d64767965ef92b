export { type PersistenceConfig, persistenceConfig } from "./config.ts";
export { runDeadLetters } from "./dead-letters/command.ts";
export { startPersistence } from "./service.ts";
export { openStore } from "./store/open-store.ts";
