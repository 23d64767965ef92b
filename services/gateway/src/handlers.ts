/** What each command of the protocol does. Each answers once, or throws. */
import { type ClientInfo, ErrorCode, limits, type wire, withDetail } from "@madang/contracts";
import { within } from "@madang/runtime";
import { roomOf } from "./arguments.ts";
import type { Command } from "./decode.ts";
import { encodeReply, encodeReplyWithLines } from "./encode.ts";
import { type Gateway, version } from "./gateway.ts";
import { readHistory } from "./history.ts";
import type { OpenSession } from "./open-session.ts";
import { ReplyError } from "./reply-error.ts";
import { send } from "./room-commands.ts";
import { statsOf } from "./room-now.ts";
import { rpc, rpcName } from "./rpc.ts";
import type { CommandHandlers } from "./session.ts";
import { Subscription } from "./subscription.ts";

export function commandHandlers(gateway: Gateway): CommandHandlers {
  return {
    connect: async (client, { id, request }) => {
      gateway.traffic.countCommand("connect");
      // C16. Whether a token was revoked a moment ago nobody can say here, either.
      if (!gateway.good()) throw new ReplyError(ErrorCode.internal);
      // What a visitor is to bring next time is told, and not kept.
      const { anonymous, ...identity } = await gateway.identities.connecting(request.token, request.data);
      const { user } = identity;
      const reply = encodeReply(id, "connect", {
        client,
        version,
        ping: Math.max(1, Math.round(gateway.pingIntervalMs / 1000)),
        pong: true,
        ...lifetime(gateway, identity.expiresAt),
        ...(anonymous === undefined ? {} : { data: { user, identity: anonymous } }),
        node: gateway.self,
        time: gateway.now(),
      });
      return { identity, reply };
    },
    begin: (command) => {
      const name = nameOf(command);
      gateway.traffic.countCommand(name);
      // What goes through a room.
      return command.method === "publish" || command.method === "rpc" ? gateway.tracing.begin(name) : undefined;
    },
    handle: (client, command) => timed(gateway, client, command),
  };
}

/** Timed where somebody can ask. */
async function timed(gateway: Gateway, client: OpenSession, command: Command): Promise<void> {
  const { times } = gateway.traffic;
  if (times === undefined) return handle(gateway, client, command);
  const since = performance.now();
  try {
    await handle(gateway, client, command);
  } finally {
    times.command(nameOf(command), performance.now() - since);
  }
}

/** One of a known set, whatever a client asks for. */
function nameOf({ method, request }: Command): string {
  return method === "rpc" ? rpcName(request.method) : method;
}

async function handle(gateway: Gateway, client: OpenSession, command: Command): Promise<void> {
  const { id } = command;
  const { outbox } = client;
  switch (command.method) {
    case "subscribe":
      return subscribe(gateway, client, command);
    case "unsubscribe": {
      const room = roomOf(command.request.channel);
      client.subscriptions.get(room)?.leave();
      client.subscriptions.delete(room);
      return outbox.push(encodeReply(id, "unsubscribe", {}));
    }
    case "publish": {
      const { channel, data } = command.request;
      const room = roomOf(channel);
      await gateway.existence.check(room, client);
      const answer = await send(gateway, room, { by: client.speakerIn(room), id: crypto.randomUUID(), data });
      if (answer.kind === "refused") throw new ReplyError(answer.refusal);
      return outbox.push(encodeReply(id, "publish", {}));
    }
    case "rpc":
      return outbox.push(encodeReply(id, "rpc", { data: counted(gateway, await rpc({ gateway, client }, command.request)) }));
    case "history": {
      const { request } = command;
      const room = roomOf(request.channel);
      await gateway.existence.check(room, client);
      return outbox.push(encodeReplyWithLines(id, "history", await readHistory(gateway, room, request, client.speakerIn(room))));
    }
    case "presence": {
      const room = roomOf(command.request.channel);
      await gateway.existence.check(room, client);
      const infos = await gateway.presence.of(room);
      return outbox.push(encodeReply(id, "presence", presenceResult(infos)));
    }
    case "presence_stats": {
      const room = roomOf(command.request.channel);
      await gateway.existence.check(room, client);
      return outbox.push(encodeReply(id, "presence_stats", await statsOf(gateway, room)));
    }
    case "refresh": {
      const identity = await gateway.identities.refreshing(command.request.token, client.identity.user);
      client.refresh(identity);
      return outbox.push(encodeReply(id, "refresh", { client: client.id, version, ...lifetime(gateway, identity.expiresAt) }));
    }
    case "sub_refresh": {
      const room = roomOf(command.request.channel);
      const subscription = client.subscriptions.get(room);
      if (subscription === undefined) throw new ReplyError(ErrorCode.permissionDenied);
      const { expiresAt, marks } = await gateway.identities.subscribing(command.request.token, {
        user: client.identity.user,
        room,
      });
      if (client.subscriptions.get(room) === subscription) {
        subscription.setExpiry(expiresAt);
        subscription.token = marks;
      }
      return outbox.push(encodeReply(id, "sub_refresh", lifetime(gateway, expiresAt)));
    }
    case "ping":
      return outbox.push(encodeReply(id, "ping", {}));
    case "send":
      // The protocol's message without a reply. Nothing here listens to any.
      return;
    case "connect":
      throw new ReplyError(ErrorCode.badRequest);
    default:
      return command satisfies never;
  }
}

/** A refusal is a value there. */
function counted(gateway: Gateway, data: unknown): unknown {
  const { refused } = (data ?? {}) as { refused?: { code?: unknown } };
  if (typeof refused?.code === "number") gateway.traffic.countRefusal(refused.code);
  return data;
}

async function subscribe(
  gateway: Gateway,
  client: OpenSession,
  { id, request }: Extract<Command, { method: "subscribe" }>,
): Promise<void> {
  const room = roomOf(request.channel);
  const { outbox, subscriptions } = client;
  if (subscriptions.has(room)) throw new ReplyError(ErrorCode.alreadySubscribed);
  if (subscriptions.size >= limits.subscriptionsPerSocket) throw new ReplyError(ErrorCode.limitExceeded);
  if (request.recover === true && outbox.exemptWaiting > limits.recoveryWaitingBytes)
    throw new ReplyError(withDetail(ErrorCode.tooManyRequests, "much that was recovered has not been read yet"));
  const subscription = new Subscription({ gateway, room, client, wantsJoinLeave: request.join_leave === true });
  // Its place is taken before anything is awaited, so that a second subscribe and an unsubscribe find it.
  subscriptions.set(room, subscription);
  try {
    const joining = async () => {
      // Who brings a token of the site's for this room needs no other word of it.
      if (!request.token) await gateway.existence.check(room, client);
      const admitted = request.token
        ? await gateway.identities.subscribing(request.token, { user: client.identity.user, room })
        : undefined;
      const expiresAt = admitted?.expiresAt;
      // Before it joins: it may be revoked meanwhile.
      subscription.token = admitted?.marks;
      await subscription.join(request, ({ result, lines }) => {
        subscription.setExpiry(expiresAt);
        const reply = encodeReplyWithLines(id, "subscribe", { result: { ...result, ...lifetime(gateway, expiresAt) }, lines });
        if (lines.length === 0) outbox.push(reply);
        else outbox.sendExempt(reply);
      });
    };
    await within(limits.commandDeadlineMs, joining(), () => new ReplyError(ErrorCode.internal));
    // Its client, or the end of its token, was faster.
    if (subscription.left) throw new ReplyError(withDetail(ErrorCode.internal, "unsubscribed meanwhile"));
  } catch (error) {
    subscription.leave();
    client.forget(room, subscription);
    throw error;
  }
}

/** @throws ReplyError where not everybody can be listed */
export function presenceResult(infos: ClientInfo[] | "too-many" | "incomplete"): wire.Results["presence"] {
  if (infos === "too-many") throw new ReplyError(ErrorCode.notAvailable);
  if (infos === "incomplete") throw new ReplyError(ErrorCode.internal);
  return { presence: Object.fromEntries(infos.map((info) => [info.client, info])) };
}

function lifetime(gateway: Gateway, expiresAt: number | undefined): { expires?: true; ttl?: number } {
  if (expiresAt === undefined) return {};
  return { expires: true, ttl: Math.max(1, Math.floor(expiresAt - gateway.now() / 1000)) };
}
