import type { CloseCode, ProtocolError } from "@madang/contracts";

/** Ends a command: its sender gets this error. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
  readonly error: ProtocolError;

  constructor(error: ProtocolError, options?: ErrorOptions) {
    super(error.message, options);
    this.error = error;
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
