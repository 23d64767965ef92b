/** How a failure is told under `/api/rooms/`: by HTTP's own status codes (A16). */
import { ErrorCode, type ProtocolError } from "@madang/contracts";
import type { Response } from "express";
import type { Gateway } from "./gateway.ts";
import { toReply } from "./reply-error.ts";

export function fail({ logger, traffic }: Pick<Gateway, "logger" | "traffic">, response: Response, error: unknown): void {
  const reply = toReply(error) ?? ErrorCode.internal;
  if (toReply(error) === undefined) logger.error({ error }, "api call failed");
  const { code, message, temporary } = reply;
  traffic.countRefusal(code);
  const retryAfterMs = "retryAfterMs" in reply ? Number(reply.retryAfterMs) : undefined;
  if (temporary) response.set("Retry-After", String(Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1_000))));
  const told = { code, message, temporary, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  response.status(statusOf(reply)).json({ error: told });
}

function statusOf({ code, temporary }: ProtocolError): number {
  if (temporary) return 503;
  switch (code) {
    case ErrorCode.badRequest.code:
      return 400;
    case ErrorCode.permissionDenied.code:
      return 403;
    case ErrorCode.notFound.code:
      return 404;
    case ErrorCode.limitExceeded.code:
      return 413;
    default:
      // What the room declines as it is now.
      return 409;
  }
}
