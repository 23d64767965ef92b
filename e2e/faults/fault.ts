// One thing that goes wrong, and what it may cost those who send.
import type { RoomId } from "@madang/contracts";
import type { ClusterNode } from "@madang/devkit";
import type { ClusterSite, Member } from "./cluster-site.ts";

export interface Scene {
  readonly site: ClusterSite;
  /** All rooms in which clients chat, and the one that is struck. */
  readonly rooms: readonly RoomId[];
  readonly room: RoomId;
  readonly outageMs: number;
  readonly seed: number;
}

export interface Fault {
  readonly name: string;
  /** Longest time in which a room acknowledges nothing. */
  readonly limitMs: number;
  /** Resolves once the fault is over and whatever died runs again. */
  run(scene: Scene): Promise<Outcome>;
}

/** Beside the stall, which is measured from outside. */
export interface Outcome {
  /** What was not as promised. */
  readonly findings: readonly string[];
  /** The longest stall of a room of the fault's own, in which it alone chats. */
  readonly stallMs?: number;
  /** What else it cost. */
  readonly measured?: string;
}

export const nothingElse: Outcome = { findings: [] };

export async function end(member: Member, how: "kill" | "stop"): Promise<void> {
  const { running } = member;
  // Gone from the list first: nobody is sent there any more.
  member.running = undefined;
  await running?.[how]();
}

export function nodeNamed(site: ClusterSite, name: string): ClusterNode {
  const node = site.nats.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node is called ${name}`);
  return node;
}
