/** Where room commands come in: off the bus, checked once, and to the room's actor. */
import type { Directory, Rejection } from "@madang/actor";
import type { Bus, BusMessage, BusSubscription } from "@madang/bus";
import {
  decodeJson,
  ErrorCode,
  encodeJson,
  limits,
  type MemberId,
  RoomCommand,
  RoomId,
  type RoomReply,
  subjects,
} from "@madang/contracts";
import { Fenced } from "@madang/log";
import { NotOwner } from "./placement.ts";
import type { RoomMessage } from "./room-actor.ts";

export class Intake {
  readonly #subscriptions: BusSubscription[];

  constructor({ bus, self, rooms }: { bus: Bus; self: MemberId; rooms: Directory<RoomId, RoomMessage> }) {
    this.#subscriptions = [
      bus.subscribe(subjects.commandsTo(self), (message) => handleCommand(message, rooms)),
      bus.subscribe(subjects.ping(self), (message) => message.respond(new Uint8Array())),
    ];
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close();
  }
}

function handleCommand(message: BusMessage, rooms: Directory<RoomId, RoomMessage>): void {
  const reply = (answer: RoomReply) => message.respond(encodeJson(answer));
  const room = RoomId.safeParse(message.subject.slice(message.subject.lastIndexOf(".") + 1));
  const command = readCommand(message.data);
  if (!room.success || command === undefined) return reply({ v: 1, kind: "refused", refusal: ErrorCode.badRequest });
  const told: RoomMessage = { kind: "command", command, reply };
  if (rooms.tellIfRunning(room.data, told)) return;
  // One more room would be one too many; those that are awake go on.
  if (rooms.size >= limits.liveRooms) return reply({ v: 1, kind: "refused", refusal: ErrorCode.overloaded });
  rooms.tell(room.data, told);
}

function readCommand(data: Uint8Array): RoomCommand | undefined {
  try {
    return decodeJson(RoomCommand, data);
  } catch {
    return undefined;
  }
}

/** What a sender hears when its command will never be handled here. */
export function replyToRejection(why: Rejection): RoomReply {
  switch (why.kind) {
    case "draining":
    case "stale":
      return { v: 1, kind: "moved" };
    case "unavailable":
      if (why.cause instanceof NotOwner)
        return { v: 1, kind: "moved", ...(why.cause.owner === undefined ? {} : { owner: why.cause.owner }) };
      return why.cause instanceof Fenced
        ? { v: 1, kind: "moved" }
        : { v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable };
    case "overloaded":
      return { v: 1, kind: "refused", refusal: ErrorCode.overloaded };
    case "quarantined":
      return { v: 1, kind: "refused", refusal: ErrorCode.roomUnavailable };
    case "poisoned":
      return { v: 1, kind: "refused", refusal: ErrorCode.internal };
    default:
      return why satisfies never;
  }
}
