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
import { type Trace, type Tracing, untraced } from "@madang/runtime";
import { RoomReplies } from "./figures.ts";
import { NotOwner } from "./placement.ts";
import type { RoomMessage } from "./room-actor.ts";

export class Intake {
  readonly #subscriptions: BusSubscription[];

  constructor({
    bus,
    self,
    rooms,
    tracing = untraced,
    replies = new RoomReplies(),
  }: {
    bus: Bus;
    self: MemberId;
    rooms: Directory<RoomId, RoomMessage>;
    tracing?: Tracing;
    replies?: RoomReplies;
  }) {
    this.#subscriptions = [
      bus.subscribe(subjects.commandsTo(self), (message) => handleCommand(message, { rooms, tracing, replies })),
      bus.subscribe(subjects.ping(self), (message) => message.respond(new Uint8Array())),
    ];
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close();
  }
}

interface Means {
  readonly rooms: Directory<RoomId, RoomMessage>;
  readonly tracing: Tracing;
  readonly replies: RoomReplies;
}

function handleCommand(message: BusMessage, { rooms, tracing, replies }: Means): void {
  // Headers are parsed when somebody looks.
  const traceparent = tracing.on ? message.header("traceparent") : "";
  const trace = traceparent === "" ? undefined : tracing.follow("room", traceparent);
  const reply = (answer: RoomReply) => {
    replies.count(answer);
    message.respond(encodeJson(answer));
    if (trace !== undefined) endWith(trace, answer);
  };
  const room = RoomId.safeParse(message.subject.slice(message.subject.lastIndexOf(".") + 1));
  const command = readCommand(message.data);
  if (!room.success || command === undefined) return reply({ v: 1, kind: "refused", refusal: ErrorCode.badRequest });
  trace?.set("madang.room", room.data);
  trace?.set("madang.command", command.command === "act" ? command.action.type : command.command);
  const told: RoomMessage =
    trace === undefined ? { kind: "command", command, reply } : { kind: "command", command, reply, trace };
  if (rooms.tellIfRunning(room.data, told)) return;
  // One more room would be one too many; those that are awake go on.
  if (rooms.size >= limits.liveRooms) return reply({ v: 1, kind: "refused", refusal: ErrorCode.overloaded });
  rooms.tell(room.data, told);
}

function endWith(trace: Trace, answer: RoomReply): void {
  trace.set("madang.answer", answer.kind);
  if (answer.kind === "committed") trace.set("madang.offset", answer.offset);
  trace.end(answer.kind === "refused" ? `error ${answer.refusal.code}` : undefined);
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
