/** The server API: what a site's own backend may do, shaped like Centrifugo's. Errors are values in a 200, as there. */
import { createHash, timingSafeEqual } from "node:crypto";
import {
  ErrorCode,
  isJsonObject,
  type JsonObject,
  limits,
  type ProtocolError,
  parseJson,
  wire,
  withDetail,
} from "@madang/contracts";
import { type ErrorRequestHandler, type Request, type Response, Router, text } from "express";
import { z } from "zod";
import type { Gateway } from "./gateway.ts";
import { roomOf, send } from "./handlers.ts";
import { readHistory } from "./history.ts";
import { ReplyError, toReply } from "./reply-error.ts";

const PublishCall = z.object({
  channel: z.string(),
  data: z.custom<JsonObject>(isJsonObject),
  idempotency_key: z.string().optional(),
});

type Method = (gateway: Gateway, call: unknown) => Promise<object>;

const methods: Record<string, Method> = {
  async publish(gateway, call) {
    const { channel, data, idempotency_key } = read(PublishCall, call);
    const answer = await send(gateway, { channel, data, id: idempotency_key ?? crypto.randomUUID() });
    if (answer.kind === "refused") throw new ReplyError(answer.refusal);
    return { offset: answer.offset, epoch: answer.epoch };
  },
  async history(gateway, call) {
    const request = read(wire.HistoryRequest, call);
    const { lines, result } = await readHistory(gateway, roomOf(request.channel), request);
    return { publications: lines.map(({ line }) => JSON.parse(Buffer.from(line).toString("utf8"))), ...result };
  },
  async presence_stats(gateway, call) {
    return gateway.presence.stats(roomOf(read(wire.PresenceStatsRequest, call).channel));
  },
  async info(gateway) {
    return { nodes: await gateway.info.all() };
  },
};

export function serverApi(gateway: Gateway, apiKey: string): Router {
  const router = Router();
  const expected = digest(apiKey);
  router.use((request, response, next) => {
    if (timingSafeEqual(digest(keyOf(request)), expected)) next();
    else response.status(401).json({ error: ErrorCode.unauthorized });
  });
  router.use(text({ type: () => true, limit: limits.apiBodyBytes }));
  router.post("/:method", async (request, response) => {
    const method = Object.hasOwn(methods, request.params.method) ? methods[request.params.method] : undefined;
    if (method === undefined) return answer(response.status(404), { error: ErrorCode.methodNotFound });
    const body = typeof request.body === "string" && request.body !== "" ? request.body : "{}";
    const json = parseJson(body);
    if (!json.ok) return answer(response.status(400), { error: withDetail(ErrorCode.badRequest, json.flaw) });
    try {
      answer(response, { result: await method(gateway, json.value) });
    } catch (error) {
      const reply = toReply(error);
      if (reply === undefined) gateway.logger.error({ error, method: request.params.method }, "api call failed");
      answer(response, { error: reply ?? ErrorCode.internal });
    }
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

function answer(response: Response, body: { result: object } | { error: ProtocolError }): void {
  response.json(body);
}

function read<S extends z.ZodType>(schema: S, call: unknown): z.infer<S> {
  const parsed = schema.safeParse(call);
  if (parsed.success) return parsed.data;
  throw new ReplyError(withDetail(ErrorCode.badRequest, `${parsed.error.issues[0]?.path.join(".")} is not as expected`));
}

function keyOf(request: Request): string {
  return request.get("x-api-key") ?? request.get("authorization")?.replace(/^apikey /i, "") ?? "";
}

// Of equal length, whatever was sent: the comparison tells nothing by its time.
function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
