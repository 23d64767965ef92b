/** What comes from outside, checked at the edge: the first fault that is found is named. */
import {
  ErrorCode,
  isDeeperThan,
  isJsonObject,
  type JsonObject,
  limits,
  MessageId,
  parseJson,
  RoomId,
  withDetail,
} from "@madang/contracts";
import type { z } from "zod";
import { ReplyError } from "./reply-error.ts";

/** @throws ReplyError 107, which names the field */
export function read<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw badRequest(field === "" ? (issue?.message ?? "") : `${field}: ${issue?.message}`);
}

/** @throws ReplyError */
export function roomOf(channel: string): RoomId {
  const room = RoomId.safeParse(channel);
  if (!room.success) throw badRequest("no such channel can exist");
  return room.data;
}

/** @throws ReplyError */
export function messageIdOf(id: string): MessageId {
  const parsed = MessageId.safeParse(id);
  if (!parsed.success) throw badRequest("id is 1 to 64 printable ASCII characters without a space");
  return parsed.data;
}

/** What a request under an address of its own is told: an object, or nothing. @throws ReplyError */
export function bodyOf({ body }: { body?: unknown }): JsonObject {
  const json = parseJson(typeof body === "string" && body !== "" ? body : "{}");
  if (!json.ok) throw badRequest(json.flaw);
  if (!isJsonObject(json.value)) throw badRequest("the body is no object");
  return json.value;
}

/** What is said, and kept for ever, has bounds. @throws ReplyError */
export function checkData(data: JsonObject): void {
  if (isDeeperThan(limits.dataDepth, data)) throw badRequest("nested too deeply");
  if (Buffer.byteLength(JSON.stringify(data)) > limits.dataBytes) {
    throw new ReplyError(withDetail(ErrorCode.limitExceeded, `data has more than ${limits.dataBytes} bytes`));
  }
}

export function badRequest(detail: string): ReplyError {
  return new ReplyError(withDetail(ErrorCode.badRequest, detail));
}
