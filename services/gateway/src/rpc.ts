/** The rpc methods, in one table. Each answers its data, or throws. */
import { Action, ErrorCode, isStaff, RoomId, type Speaker, wire } from "@madang/contracts";
import type { RoomState } from "@madang/room-state";
import { badRequest, messageIdOf, read, roomOf } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenSession } from "./open-session.ts";
import { dryRun, eventsOf, setWordsOf, wordsOf } from "./oversight.ts";
import { replay } from "./replay.ts";
import { ReplyError } from "./reply-error.ts";
import { act, refused, resultOf, send } from "./room-commands.ts";
import { countersOf, infoOf, pinnedFor, stateOf } from "./room-now.ts";
import { grantsOf, heldOf, reportsOf, sanctionsOf } from "./standing-lists.ts";
import { startRoom } from "./starts.ts";
import { tellTyping } from "./typing.ts";

interface Caller {
  readonly gateway: Gateway;
  readonly client: OpenSession;
}

type RpcMethod = (caller: Caller, data: unknown) => Promise<unknown>;

/** What clients may ask to be done in a room, each under its own name. */
const actions = Action.options.map(({ shape }) => shape.type.value).filter((name) => name !== "gift");

const methods: ReadonlyMap<string, RpcMethod> = new Map<string, RpcMethod>([
  ["send", sendMessage],
  ...actions.map((name): [string, RpcMethod] => [name, actNamed(name)]),
  ["settings", actNamed("configure")],
  ["hearts", sendHearts],
  ["typing", typing],
  ["info", info],
  ["start", start],
  ["block", block],
  ["unblock", unblock],
  ["blocks", blocks],
  ["replay", playAgain],
  [
    "words",
    forStaff(async (gateway, room, list, by) =>
      Object.keys(list).length === 0 ? wordsOf(gateway, room) : setWordsOf(gateway, room, { by, list }),
    ),
  ],
  ["events", forStaff(eventsOf)],
  ["dry-run", forStaff(dryRun)],
  ["sanctions", forStaff(sanctionsOf)],
  ["grants", forStaff(grantsOf)],
  ["held", forStaff(heldOf)],
  ["reports", forStaff(reportsOf)],
]);

const names = new Map([...methods.keys()].map((method) => [method, `rpc ${method}`]));

/** For figures and traces: of a known set. */
export function rpcName(method: string | undefined): string {
  return names.get(method ?? "") ?? "rpc unknown";
}

export async function rpc(caller: Caller, { method, data }: wire.Request<"rpc">): Promise<unknown> {
  const known = methods.get(method ?? "");
  if (known === undefined) throw new ReplyError(ErrorCode.methodNotFound);
  const room = RoomId.safeParse(wire.OfChannel.safeParse(data).data?.channel);
  // One that cannot be is for the method to say.
  if (room.success) await caller.gateway.existence.check(room.data, caller.client);
  return known(caller, data);
}

async function sendMessage({ gateway, client }: Caller, data: unknown): Promise<wire.SendResult> {
  const { channel, id, data: said } = read(wire.SendArguments, data);
  const room = roomOf(channel);
  return resultOf(await send(gateway, room, { by: client.speakerIn(room), id, data: said }));
}

function actNamed(name: Action["type"]): RpcMethod {
  return async ({ gateway, client }, data): Promise<wire.ActResult> => {
    const { channel, id, ...fields } = read(wire.ActArguments, data);
    if (Object.hasOwn(fields, "type")) throw badRequest("type: is said by the method's name");
    const room = roomOf(channel);
    const action = read(Action, { ...fields, type: name });
    return resultOf(await act(gateway, room, { by: client.speakerIn(room), id, action }));
  };
}

async function sendHearts({ gateway, client }: Caller, data: unknown): Promise<wire.HeartsResult> {
  const { channel, id, kind, count } = read(wire.HeartsArguments, data);
  const { user, client: socket } = client.info;
  const hearts = { user, client: socket, id: messageIdOf(id), kind, count };
  const answer = await gateway.hearts.add(roomOf(channel), hearts);
  switch (answer.kind) {
    case "counted":
      return { counted: answer.count };
    case "refused":
      return refused(answer.refusal);
    case "unavailable":
      throw new ReplyError(ErrorCode.roomUnavailable);
    case "unknown":
      throw new ReplyError(ErrorCode.outcomeUnknown);
    default:
      return answer satisfies never;
  }
}

async function typing({ gateway, client }: Caller, data: unknown): Promise<object> {
  tellTyping(gateway, client, roomOf(read(wire.ChannelArguments, data).channel));
  return {};
}

async function info({ gateway, client }: Caller, data: unknown): Promise<wire.InfoResult> {
  const room = roomOf(read(wire.ChannelArguments, data).channel);
  const state = await stateOf(gateway, room);
  const role = state.roleOf(client.speakerIn(room));
  const [counters, pinned] = await Promise.all([
    countersOf(gateway, { room, state }),
    pinnedFor(gateway, { room, state, user: client.info.user }),
  ]);
  return infoOf({ state, role, counters, pinned });
}

function start({ gateway, client }: Caller, data: unknown): Promise<wire.StartResult> {
  return startRoom(gateway, client, data);
}

/** What only staff may ask of a room. */
function forStaff(ask: (gateway: Gateway, room: RoomId, asked: object, by: Speaker) => Promise<unknown>): RpcMethod {
  return async ({ gateway, client }, data) => {
    const { channel, ...asked } = read(wire.OfChannel, data);
    const room = roomOf(channel);
    const state = await letIn({ gateway, client }, room);
    const by = client.speakerIn(room);
    if (!isStaff(state.roleOf(by))) throw new ReplyError(ErrorCode.permissionDenied);
    return ask(gateway, room, asked, by);
  };
}

/** Who is banned from a room does not read it, either. @throws ReplyError 1100 */
async function letIn({ gateway, client }: Caller, room: RoomId): Promise<RoomState> {
  const state = await stateOf(gateway, room);
  if (state.sanctions.is("banned", client.info.user, gateway.now())) throw new ReplyError(ErrorCode.banned);
  return state;
}

async function playAgain(caller: Caller, data: unknown): Promise<object> {
  await letIn(caller, roomOf(read(wire.OfChannel, data).channel));
  return replay(caller.gateway, data);
}

async function block({ gateway, client }: Caller, data: unknown): Promise<object> {
  const fits = await gateway.blocks.block(client.info.user, read(wire.UserArguments, data).user);
  return fits ? {} : refused(ErrorCode.tooMany);
}

async function unblock({ gateway, client }: Caller, data: unknown): Promise<object> {
  await gateway.blocks.unblock(client.info.user, read(wire.UserArguments, data).user);
  return {};
}

async function blocks({ gateway, client }: Caller): Promise<{ users: readonly string[] }> {
  return { users: await gateway.blocks.list(client.info.user) };
}
