/** Puts a command that became a dead letter before its room once more. The room knows a message that it has stored by its id. */
import type { RoomCommand, RoomId } from "@madang/contracts";
import type { RoomClient } from "./room-client.ts";

/** `done`: what it was about is where it belongs. `detail`: where, or why not, in words for operators. */
export interface SentAgain {
  readonly done: boolean;
  readonly detail: string;
}

export async function sendAgain(rooms: Pick<RoomClient, "ask">, room: RoomId, command: RoomCommand): Promise<SentAgain> {
  const answer = await rooms.ask(room, command);
  switch (answer.kind) {
    case "committed":
      return { done: true, detail: `${answer.duplicate ? "was there already" : "committed"}: ${room} at ${answer.offset}` };
    case "counted":
      return { done: true, detail: `counted: ${room}` };
    case "refused":
      return { done: false, detail: `${room} refuses it: ${answer.refusal.message}` };
    case "unavailable":
      return { done: false, detail: `nobody takes it for ${room}` };
    case "unknown":
      return { done: false, detail: `the owner of ${room} does not say whether it is stored` };
    default:
      return answer satisfies never;
  }
}
