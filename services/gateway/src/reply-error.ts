/** How a command or a connection ends in an error, and the one place that turns any failure into words for a client. */
import { type CloseCode, ErrorCode, type ProtocolError } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { HistoryUnavailable } from "./past.ts";

/** Ends a command: its sender gets this error. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
  readonly reply: ProtocolError;

  constructor(reply: ProtocolError, options?: ErrorOptions) {
    super(reply.message, options);
    this.reply = reply;
  }
}

/** Ends a connection. */
export class Disconnect extends Error {
  override readonly name = "Disconnect";
  readonly close: CloseCode;

  constructor(close: CloseCode, options?: ErrorOptions) {
    super(close.reason, options);
    this.close = close;
  }
}

/** What a client hears of a failure. Undefined for one that nobody expects: it is a bug, and its details stay in our log. */
export function toReply(error: unknown): ProtocolError | undefined {
  if (error instanceof ReplyError) return error.reply;
  if (error instanceof HistoryUnavailable) return ErrorCode.historyUnavailable;
  if (error instanceof LogUnavailable) return ErrorCode.roomUnavailable;
  return undefined;
}
