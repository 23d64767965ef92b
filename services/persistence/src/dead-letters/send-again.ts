/** Puts a command before a room's owner once more. The owner knows a message that it has stored by its id. */
import { type Bus, NoResponders } from "@madang/bus";
import {
  decodeJson,
  encodeJson,
  limits,
  type MemberId,
  type RoomCommand,
  type RoomId,
  RoomReply,
  rendezvous,
  subjects,
} from "@madang/contracts";
import { pause } from "@madang/runtime";
import type { Outcome } from "./replay.ts";

export interface SendOptions {
  bus: Pick<Bus, "request">;
  /** Live room services. */
  members: () => MemberId[];
}

/** One candidate after the other, as a gateway asks, and again, for as long as a sender would wait. */
export async function sendAgain({ bus, members }: SendOptions, room: RoomId, command: RoomCommand): Promise<Outcome> {
  const deadline = performance.now() + limits.commandDeadlineMs;
  const body = encodeJson(command);
  let failed = "no room service is there";
  while (performance.now() < deadline) {
    for (const member of rendezvous(room, members())) {
      const timeoutMs = Math.min(limits.roomRequestMs, deadline - performance.now());
      if (timeoutMs <= 0) break;
      const reply = await ask(bus, subjects.command(member, room), { body, timeoutMs });
      if (reply?.kind === "committed")
        return { done: `${reply.duplicate ? "was there already" : "committed"}: ${room} at ${reply.offset}` };
      if (reply?.kind === "refused") return { failed: `${room} refuses it: ${reply.refusal.message}` };
      if (reply !== undefined) failed = `the owner of ${room} does not say whether it is stored`;
    }
    await pause(limits.roomRetryMs);
  }
  return { failed };
}

async function ask(
  bus: SendOptions["bus"],
  subject: string,
  { body, timeoutMs }: { body: Uint8Array; timeoutMs: number },
): Promise<RoomReply | undefined> {
  try {
    return decodeJson(RoomReply, await bus.request(subject, body, { timeoutMs }));
  } catch (error) {
    // Whoever gives no answer, or one that cannot be read, may have stored it: the next one finds out.
    if (error instanceof NoResponders) return undefined;
    return { v: 1, kind: "unknown" };
  }
}
