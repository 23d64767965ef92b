/** The server API: what a site's own backend may do, shaped like Centrifugo's. Errors are values in a 200, as there. */
import {
  ClientId,
  ErrorCode,
  isJsonObject,
  type JsonObject,
  limits,
  type ProtocolError,
  parseJson,
  publicationOf,
  site,
  UserId,
  wire,
  withDetail,
} from "@madang/contracts";
import { inTrace, Semaphore, type Trace } from "@madang/runtime";
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router, text } from "express";
import { z } from "zod";
import { operateApi } from "./api-operate.ts";
import { roomsApi } from "./api-rooms.ts";
import { read, roomOf } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import { presenceResult } from "./handlers.ts";
import { readHistory } from "./history.ts";
import { setWords, wordsOf } from "./oversight.ts";
import { ReplyError, toReply } from "./reply-error.ts";
import { invalidateUserTokens, revokeToken } from "./revoking.ts";
import { send } from "./room-commands.ts";
import { statsOf } from "./room-now.ts";
import type { ApiKeys, Scope } from "./trust/api-keys.ts";
import { keyOf, letDo, mayOf, outOfScope } from "./trust/scopes.ts";

const said = { data: z.custom<JsonObject>(isJsonObject), idempotency_key: z.string().optional() };
const PublishCall = z.object({ channel: z.string(), ...said });
const BroadcastCall = z.object({ channels: z.array(z.string()).min(1).max(limits.broadcastChannels), ...said });
const DisconnectCall = z.object({ user: UserId, client: ClientId.optional() });
const UnsubscribeCall = z.object({ user: UserId, channel: z.string() });
const BatchCall = z.object({
  commands: z.array(z.record(z.string(), z.unknown())).max(limits.batchCalls),
  parallel: z.boolean().optional(),
});

/** `may`: what the caller's key is for. */
type Method = (gateway: Gateway, call: unknown, may: ReadonlySet<Scope>) => Promise<object>;
type Outcome = { result: object } | { error: ProtocolError };

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["publish", async (gateway, call) => publish(gateway, read(PublishCall, call))],
  ["broadcast", broadcast],
  [
    "history",
    async (gateway, call) => {
      const request = read(wire.HistoryRequest, call);
      const { lines, result } = await readHistory(gateway, roomOf(request.channel), request);
      return { publications: lines.map(publicationOf), ...result };
    },
  ],
  ["presence", async (gateway, call) => presenceResult(await gateway.presence.of(channelIn(call)))],
  ["presence_stats", async (gateway, call) => statsOf(gateway, channelIn(call))],
  ["channels", channels],
  ["info", async (gateway) => ({ nodes: await gateway.info.all() })],
  [
    "disconnect",
    async (gateway, call) => {
      const { user, client } = read(DisconnectCall, call);
      await gateway.orders.give({ v: 1, order: "disconnect", user, ...(client === undefined ? {} : { client }) });
      return {};
    },
  ],
  [
    "unsubscribe",
    async (gateway, call) => {
      const { user, channel } = read(UnsubscribeCall, call);
      await gateway.orders.give({ v: 1, order: "unsubscribe", user, room: roomOf(channel) });
      return {};
    },
  ],
  ["revoke_token", revokeToken],
  ["invalidate_user_tokens", invalidateUserTokens],
  [
    "words",
    async (gateway, call) => (isJsonObject(call) && Object.keys(call).length > 0 ? setWords(gateway, call) : wordsOf(gateway)),
  ],
  ["batch", batch],
]);

/** What a method's caller must have a key for. A batch asks for each of its calls. */
const scopeOfMethod: { readonly [method: string]: Scope } = {
  publish: "publish",
  broadcast: "publish",
  history: "read",
  presence: "read",
  presence_stats: "read",
  channels: "read",
  info: "read",
  disconnect: "moderate",
  unsubscribe: "moderate",
  revoke_token: "moderate",
  invalidate_user_tokens: "moderate",
  words: "moderate",
};

/** A method that is not in the table takes the most. */
function scopeOf(method: string): Scope | undefined {
  return method === "batch" ? undefined : (scopeOfMethod[method] ?? "manage");
}

export function serverApi(gateway: Gateway, keys: ApiKeys): Router {
  const router = Router();
  // Before the keys: operators may come with a token instead.
  router.use("/operate", operateApi(gateway, keys), (_, response) =>
    answer(response.status(404), { error: ErrorCode.methodNotFound }),
  );
  router.use((request, response, next) => {
    const may = keys.scopesOf(keyOf(request));
    if (may === undefined) return void response.status(401).json({ error: ErrorCode.unauthorized });
    letDo(response, may);
    next();
  });
  router.use(text({ type: () => true, limit: limits.apiBodyBytes }));
  router.use("/rooms", observeRooms(gateway), roomsApi(gateway));
  router.post("/:method", async (request, response) => {
    const { method } = request.params;
    if (!methods.has(method)) return answer(response.status(404), { error: ErrorCode.methodNotFound });
    const body = typeof request.body === "string" && request.body !== "" ? request.body : "{}";
    const json = parseJson(body);
    if (!json.ok) return answer(response.status(400), { error: withDetail(ErrorCode.badRequest, json.flaw) });
    const scope = scopeOf(method);
    if (scope !== undefined && !mayOf(response).has(scope)) return answer(response.status(403), { error: outOfScope(scope) });
    answer(response, await observed(gateway, request, method, () => known(method)(gateway, json.value, mayOf(response))));
  });
  router.use((_, response) => answer(response.status(404), { error: ErrorCode.methodNotFound }));
  const onBody: ErrorRequestHandler = (error, _, response, next) => {
    if (response.headersSent) return next(error);
    if (error?.status === 413)
      answer(response.status(413), { error: withDetail(ErrorCode.limitExceeded, "the body is too large") });
    else answer(response.status(400), { error: withDetail(ErrorCode.badRequest, "the body cannot be read") });
  };
  router.use(onBody);
  return router;
}

async function publish(
  gateway: Gateway,
  { channel, data, idempotency_key }: z.infer<typeof PublishCall>,
): Promise<{ offset: number; epoch: string }> {
  const answer = await send(gateway, roomOf(channel), { by: site, id: idempotency_key ?? crypto.randomUUID(), data });
  if (answer.kind === "refused") throw new ReplyError(answer.refusal);
  return { offset: answer.offset, epoch: answer.epoch };
}

/** Each room answers for itself. */
async function broadcast(gateway: Gateway, call: unknown): Promise<object> {
  const { channels, ...comment } = read(BroadcastCall, call);
  const places = new Semaphore(limits.broadcastAtOnce);
  const toOne = async (channel: string) => {
    const release = await places.acquire();
    return outcomeOf(gateway, "broadcast", () => publish(gateway, { channel, ...comment })).finally(release);
  };
  return { responses: await Promise.all(channels.map(toOne)) };
}

async function channels(gateway: Gateway): Promise<object> {
  const watched = await gateway.channels.of();
  return {
    channels: Object.fromEntries(
      watched.map(({ room, clients, users, counters }) => [room, { num_clients: clients, num_users: users, counters }]),
    ),
  };
}

/** Calls in one, in their order unless `parallel`. Each is answered under its name, or with its error. */
async function batch(gateway: Gateway, call: unknown, may: ReadonlySet<Scope>): Promise<object> {
  const { commands, parallel = false } = read(BatchCall, call);
  const one = async (command: Record<string, unknown>) => {
    const [[name = "", body] = [], ...others] = Object.entries(command);
    // One call each, and no batch in a batch.
    const isOne = others.length === 0 && name !== "batch";
    const outcome = await outcomeOf(gateway, name, () => {
      const method = known(isOne ? name : "");
      const scope = scopeOf(name);
      if (scope !== undefined && !may.has(scope)) throw new ReplyError(outOfScope(scope));
      return method(gateway, body, may);
    });
    return "error" in outcome ? outcome : { [name]: outcome.result };
  };
  if (parallel) return { replies: await Promise.all(commands.map(one)) };
  const replies: object[] = [];
  for (const command of commands) replies.push(await one(command));
  return { replies };
}

/** @throws ReplyError */
function known(name: string): Method {
  const method = methods.get(name);
  if (method === undefined) throw new ReplyError(ErrorCode.methodNotFound);
  return method;
}

/** Counted, and followed where the site's own backend follows it, or where it is one of the few. */
async function observed(gateway: Gateway, request: Request, method: string, work: () => Promise<object>): Promise<Outcome> {
  const trace = beginning(gateway, request, `api ${method}`);
  const outcome = await inTrace(trace, () => outcomeOf(gateway, method, work));
  trace?.end("error" in outcome ? `error ${outcome.error.code}` : undefined);
  return outcome;
}

/** Under one name: their paths have rooms in them. */
function observeRooms(gateway: Gateway): RequestHandler {
  return (request, response, next) => {
    const trace = beginning(gateway, request, "api rooms");
    if (trace !== undefined)
      response.once("close", () => trace.end(response.statusCode < 400 ? undefined : `status ${response.statusCode}`));
    inTrace(trace, next);
  };
}

function beginning({ traffic, tracing }: Gateway, request: Request, name: string): Trace | undefined {
  traffic.countCommand(name);
  const traceparent = request.get("traceparent");
  return traceparent === undefined ? tracing.begin(name) : tracing.follow(name, traceparent);
}

async function outcomeOf(gateway: Gateway, method: string, work: () => Promise<object>): Promise<Outcome> {
  try {
    return { result: await work() };
  } catch (error) {
    const reply = toReply(error);
    if (reply === undefined) gateway.logger.error({ error, method }, "api call failed");
    gateway.traffic.countRefusal((reply ?? ErrorCode.internal).code);
    return { error: reply ?? ErrorCode.internal };
  }
}

function answer(response: Response, body: Outcome): void {
  response.json(body);
}

const channelIn = (call: unknown) => roomOf(read(wire.ChannelArguments, call).channel);
