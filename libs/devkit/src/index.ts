export { type Comment, type ConversationOptions, conversation } from "./conversation.ts";
export { type TestDatabase, testDatabase } from "./database.ts";
export { eventAt } from "./events.ts";
export { eventually } from "./eventually.ts";
export { type TestNats, testNats } from "./nats.ts";
export { type Random, seeded } from "./random.ts";
