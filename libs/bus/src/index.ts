export * from "./bus.ts";
export * from "./lease.ts";
export * from "./lease-bucket.ts";
export * from "./membership.ts";
export * from "./news.ts";
export * from "./pings.ts";
export * from "./pulse.ts";
export * from "./troubles.ts";
