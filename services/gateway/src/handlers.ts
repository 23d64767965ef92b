/** What each command of the protocol does. Each answers once, or throws a ReplyError or a Disconnect. */
import {
  type Author,
  type ClientInfo,
  ErrorCode,
  isJsonObject,
  type JsonObject,
  limits,
  MessageId,
  RoomId,
  wire,
  withDetail,
} from "@madang/contracts";
import type { Command } from "./decode.ts";
import { encodeReply, encodeReplyWithLines } from "./encode.ts";
import { type Gateway, version } from "./gateway.ts";
import { readHistory } from "./history.ts";
import type { Identity } from "./identity.ts";
import { ReplyError } from "./reply-error.ts";
import type { RoomAnswer } from "./room-client.ts";
import type { Session } from "./session.ts";
import { Subscription } from "./subscription.ts";

export async function connect(
  gateway: Gateway,
  session: Session,
  { id, request }: Extract<Command, { method: "connect" }>,
  open: (identity: Identity) => void,
): Promise<void> {
  const identity = await gateway.identities.connecting(request.token, request.data);
  open(identity);
  const { anonymous, user } = identity;
  session.outbox.push(
    encodeReply(id, "connect", {
      client: session.id,
      version,
      ping: Math.max(1, Math.round(gateway.pingIntervalMs / 1000)),
      pong: true,
      ...lifetime(gateway, identity.expiresAt),
      ...(anonymous === undefined ? {} : { data: { user, identity: anonymous } }),
      node: gateway.self,
      time: gateway.now(),
    }),
  );
}

export async function handle(gateway: Gateway, session: Session, command: Command): Promise<void> {
  const { id } = command;
  switch (command.method) {
    case "subscribe":
      return subscribe(gateway, session, command);
    case "unsubscribe": {
      const room = roomOf(command.request.channel);
      session.subscriptions.get(room)?.leave();
      session.subscriptions.delete(room);
      return session.outbox.push(encodeReply(id, "unsubscribe", {}));
    }
    case "publish": {
      const answer = await send(gateway, {
        channel: command.request.channel,
        id: crypto.randomUUID(),
        data: command.request.data,
        info: session.info,
      });
      if (answer.kind === "refused") throw new ReplyError(answer.refusal);
      return session.outbox.push(encodeReply(id, "publish", {}));
    }
    case "rpc":
      return session.outbox.push(encodeReply(id, "rpc", { data: await rpc(gateway, session, command.request) }));
    case "history": {
      const { lines, ...result } = await readHistory(gateway, roomOf(command.request.channel), command.request);
      return session.outbox.push(encodeReplyWithLines(id, "history", result, lines));
    }
    case "presence":
      return session.outbox.push(encodeReply(id, "presence", await gateway.presence.of(roomOf(command.request.channel))));
    case "presence_stats":
      return session.outbox.push(
        encodeReply(id, "presence_stats", await gateway.presence.stats(roomOf(command.request.channel))),
      );
    case "refresh": {
      const identity = await gateway.identities.refreshing(command.request.token, session.identity.user);
      session.expireAt(identity);
      return session.outbox.push(
        encodeReply(id, "refresh", { client: session.id, version, ...lifetime(gateway, identity.expiresAt) }),
      );
    }
    case "sub_refresh": {
      const room = roomOf(command.request.channel);
      const subscription = session.subscriptions.get(room);
      if (subscription === undefined) throw new ReplyError(ErrorCode.permissionDenied);
      const expiresAt = await gateway.identities.subscribing(command.request.token, { user: session.identity.user, room });
      subscription.expireAt(expiresAt);
      return session.outbox.push(encodeReply(id, "sub_refresh", lifetime(gateway, expiresAt)));
    }
    case "ping":
      return session.outbox.push(encodeReply(id, "ping", {}));
    case "send":
      // The protocol's message without a reply. Nothing here listens to any.
      return;
    case "connect":
      throw new ReplyError(ErrorCode.badRequest);
    default:
      return command satisfies never;
  }
}

async function subscribe(
  gateway: Gateway,
  session: Session,
  { id, request }: Extract<Command, { method: "subscribe" }>,
): Promise<void> {
  const room = roomOf(request.channel);
  if (session.subscriptions.has(room)) throw new ReplyError(ErrorCode.alreadySubscribed);
  if (session.subscriptions.size >= limits.subscriptionsPerSocket) throw new ReplyError(ErrorCode.limitExceeded);
  const subscription = new Subscription({ gateway, session, room, joinLeave: request.join_leave === true });
  // Its place is taken before anything is awaited, so that a second subscribe and an unsubscribe find it.
  session.subscriptions.set(room, subscription);
  try {
    const expiresAt =
      request.token === undefined || request.token === ""
        ? undefined
        : await gateway.identities.subscribing(request.token, { user: session.identity.user, room });
    subscription.expireAt(expiresAt);
    await within(limits.commandDeadlineMs, () =>
      subscription.join(request, ({ result, lines }) => {
        const full = { ...result, ...lifetime(gateway, expiresAt) };
        const bytes = lines.map(({ line }) => line);
        session.outbox.push(
          lines.length === 0 ? encodeReply(id, "subscribe", full) : encodeReplyWithLines(id, "subscribe", full, bytes),
        );
      }),
    );
  } catch (error) {
    subscription.leave();
    if (session.subscriptions.get(room) === subscription) session.subscriptions.delete(room);
    throw error;
  }
}

async function rpc(gateway: Gateway, session: Session, { method, data }: wire.Request<"rpc">): Promise<unknown> {
  if (method !== "send") throw new ReplyError(ErrorCode.methodNotFound);
  const parsed = wire.SendArguments.safeParse(data);
  if (!parsed.success) throw new ReplyError(withDetail(ErrorCode.badRequest, "send takes { channel, id, data }"));
  const answer = await send(gateway, { ...parsed.data, info: session.info });
  return sendResult(answer);
}

/** A definite refusal is a value; what may succeed later is an error, as it is for `publish`. */
function sendResult(answer: RoomAnswer): wire.SendResult {
  if (answer.kind === "committed") return { offset: answer.offset, epoch: answer.epoch, duplicate: answer.duplicate };
  const { temporary, ...refused } = answer.refusal;
  if (temporary) throw new ReplyError(answer.refusal);
  return { refused };
}

/** A comment, checked at the edge, to its room. Without `info` the server itself speaks. @throws ReplyError */
export async function send(
  gateway: Gateway,
  comment: { channel: string; id: string; data: JsonObject; info?: ClientInfo },
): Promise<RoomAnswer> {
  const room = roomOf(comment.channel);
  const id = MessageId.safeParse(comment.id);
  if (!id.success)
    throw new ReplyError(withDetail(ErrorCode.badRequest, "id is 1 to 64 printable ASCII characters without a space"));
  if (!isJsonObject(comment.data)) throw new ReplyError(withDetail(ErrorCode.badRequest, "data is a JSON object"));
  if (Buffer.byteLength(JSON.stringify(comment.data)) > limits.dataBytes) {
    throw new ReplyError(withDetail(ErrorCode.limitExceeded, `data has more than ${limits.dataBytes} bytes`));
  }
  const { info } = comment;
  const author: Author = info?.user ?? "";
  return gateway.rooms.ask(room, {
    v: 1,
    command: "send",
    author,
    id: id.data,
    data: comment.data,
    ...(info === undefined ? {} : { info }),
  });
}

export function roomOf(channel: string): RoomId {
  const room = RoomId.safeParse(channel);
  if (!room.success) throw new ReplyError(withDetail(ErrorCode.badRequest, "no such channel can exist"));
  return room.data;
}

function lifetime(gateway: Gateway, expiresAt: number | undefined): { expires?: true; ttl?: number } {
  if (expiresAt === undefined) return {};
  return { expires: true, ttl: Math.max(1, Math.floor(expiresAt - gateway.now() / 1000)) };
}

/** SDKs drop a connection whose subscribe has no answer in 5 s: a temporary error comes before that. */
async function within(ms: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ReplyError(ErrorCode.internal)), ms);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
