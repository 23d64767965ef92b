/** What clients and the site's server want of a room, as commands to its owner, and what its answers mean to them. */

import type { RoomAnswer } from "@madang/bus";
import { type Action, ErrorCode, type JsonObject, type Refusal, type RoomId, type Speaker, type wire } from "@madang/contracts";
import { checkData, messageIdOf } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import { ReplyError } from "./reply-error.ts";

/** What is certain. */
export type Definite = Extract<RoomAnswer, { kind: "committed" | "refused" }>;

/** A comment to its room. @throws ReplyError */
export async function send(
  gateway: Pick<Gateway, "rooms">,
  room: RoomId,
  { by, id, data }: { by: Speaker; id: string; data: JsonObject },
): Promise<Definite> {
  const { user: author, ...speaker } = by;
  const messageId = messageIdOf(id);
  checkData(data);
  return definite(await gateway.rooms.ask(room, { v: 1, command: "send", author, ...speaker, id: messageId, data }));
}

/** @throws ReplyError */
export async function act(
  gateway: Pick<Gateway, "rooms">,
  room: RoomId,
  { by, id, action }: { by: Speaker; id: string; action: Action },
): Promise<Definite> {
  const messageId = messageIdOf(id);
  if ((action.type === "edit" || action.type === "gift") && action.data !== undefined) checkData(action.data);
  return definite(await gateway.rooms.ask(room, { v: 1, command: "act", by, id: messageId, action }));
}

/** A definite refusal is a value; what may succeed later is an error, as it is for `publish`. @throws ReplyError */
export function resultOf(answer: Definite): wire.SendResult {
  if (answer.kind === "refused") return refused(answer.refusal);
  const { offset, epoch, duplicate, held } = answer;
  return { offset, epoch, duplicate, ...(held === undefined ? {} : { held }) };
}

/** @throws ReplyError for what may pass */
export function refused(refusal: Refusal): wire.Refused {
  const { temporary, ...value } = refusal;
  if (temporary) throw new ReplyError(refusal);
  return { refused: value };
}

/** @throws ReplyError */
function definite(answer: RoomAnswer): Definite {
  switch (answer.kind) {
    case "committed":
    case "refused":
      return answer;
    case "unavailable":
      throw new ReplyError(ErrorCode.roomUnavailable);
    case "counted":
    case "unknown":
      // Counts answer hearts alone: what has become of this command they do not say.
      throw new ReplyError(ErrorCode.outcomeUnknown);
    default:
      return answer satisfies never;
  }
}
