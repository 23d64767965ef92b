export type { ActorView } from "./actor.ts";
export { type ActorRef, type Behavior, type EndReason, type Life, type Next, type Rejection, TimedOut } from "./behavior.ts";
export { type Cancel, type Clock, systemClock } from "./clock.ts";
export { Directory, type DirectoryOptions, type DirectoryStats } from "./directory.ts";
export type { ActorLimits, LimitOptions } from "./limits.ts";
export { ManualClock, settled } from "./manual-clock.ts";
export type { RestartLimits } from "./restart-policy.ts";
export type { CallbackName, FailurePhase } from "./supervisor.ts";
