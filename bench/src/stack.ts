/** What is measured. Each stack is a file under `stacks/`: how its fresh processes start, and what they are asked to carry. */
import type { ProtocolName } from "./generator/protocols.ts";
import type { Verb } from "./generator/sender.ts";
import type { Schedule } from "./schedule.ts";

/**
 * `peer`: somebody else's, in memory. `A`: Madang's gateway, fed in memory. `B`: gateway, room and broker. `C`: with the store too.
 * Figures of different layers say different things, and are never put in one row.
 */
export type Layer = "peer" | "A" | "B" | "C";

export interface Stack {
  readonly name: string;
  readonly layer: Layer;
  /** For people. */
  readonly title: string;
  /** Why it cannot be had on this machine. */
  readonly missing?: () => string | undefined;
  start(options: StartOptions): Promise<Running>;
}

export interface StartOptions {
  /** Where Node's processes leave their CPU profiles. The figures are then for nothing else. */
  readonly profileDirectory?: string | undefined;
}

/** A stack with fresh processes. */
export interface Running {
  readonly protocol: ProtocolName;
  /** host:port */
  readonly authority: string;
  /** What its processes are called. */
  readonly names: ReadonlyMap<number, string>;
  /** Its first processes, where we have not started them. */
  readonly roots?: readonly number[];
  readonly feed: Feed;
  stop(): Promise<void>;
}

/** Where comments come from: the server makes them itself, or senders in the generator publish them. */
export type Feed =
  | { readonly kind: "itself"; publish(schedule: Schedule): Promise<void> }
  | { readonly kind: "senders"; readonly verb: Verb };
