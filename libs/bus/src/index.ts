export * from "./bus.ts";
export * from "./lease.ts";
export * from "./members-bucket.ts";
export * from "./membership.ts";
export * from "./pings.ts";
export * from "./pulse.ts";
