export * from "./config.ts";
export { claimDirectory, type DirectoryClaim, DirectoryInUse } from "./directory-claim.ts";
export * from "./health.ts";
export { type Exit, type Leashed, type LeashOptions, startLeashed } from "./leash.ts";
export * from "./logger.ts";
export { type NatsServer, type NatsServerOptions, startNatsServer } from "./nats-server.ts";
export { NatsServerError } from "./nats-server-error.ts";
export * from "./service.ts";
export * from "./start-error.ts";
