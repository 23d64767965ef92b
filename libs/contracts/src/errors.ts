/**
 * Everything that can go wrong for a client: errors in replies, and close codes of connections and subscriptions.
 * The protocol's own numbers keep their meaning; ours are in the ranges it leaves to applications.
 */

export interface ProtocolError {
  readonly code: number;
  readonly message: string;
  /** Whether the same command may succeed later. SDKs end a subscription for good on an error without it. */
  readonly temporary: boolean;
}

/** Errors in replies. 100–112 are the protocol's, of which these are in use; 400–1999 are left to us. */
export const ErrorCode = {
  internal: { code: 100, message: "internal server error", temporary: true },
  unauthorized: { code: 101, message: "unauthorized", temporary: false },
  /** Nobody has made this room, and clients do not. */
  unknownChannel: { code: 102, message: "unknown channel", temporary: false },
  permissionDenied: { code: 103, message: "permission denied", temporary: false },
  methodNotFound: { code: 104, message: "method not found", temporary: false },
  alreadySubscribed: { code: 105, message: "already subscribed", temporary: false },
  limitExceeded: { code: 106, message: "limit exceeded", temporary: false },
  badRequest: { code: 107, message: "bad request", temporary: false },
  notAvailable: { code: 108, message: "not available", temporary: false },
  tokenExpired: { code: 109, message: "token expired", temporary: false },
  tooManyRequests: { code: 111, message: "too many requests", temporary: true },
  unrecoverablePosition: { code: 112, message: "unrecoverable position", temporary: false },
  /** No room service could take the command, or the log had no place for it: nothing was stored. */
  roomUnavailable: { code: 1000, message: "room unavailable", temporary: true },
  /** The room's mailbox is full: nothing was stored. */
  overloaded: { code: 1001, message: "room overloaded", temporary: true },
  /** No answer in time: the message may or may not be stored. Send it again with the same id. */
  outcomeUnknown: { code: 1002, message: "outcome unknown, repeat with the same id", temporary: true },
  /** The past cannot be read now. */
  historyUnavailable: { code: 1003, message: "history unavailable", temporary: true },
  // ── what a room declines: values in the answer of an rpc, errors of a `publish` ──
  banned: { code: 1100, message: "banned from this room", temporary: false },
  muted: { code: 1101, message: "muted in this room", temporary: false },
  /** `retryAfterMs` says when the next message is taken. */
  slowMode: { code: 1102, message: "too soon after your last message", temporary: false },
  repeated: { code: 1103, message: "you have just said the same", temporary: false },
  emoteOnly: { code: 1104, message: "only emotes are allowed", temporary: false },
  noLinks: { code: 1105, message: "links are not allowed", temporary: false },
  membersOnly: { code: 1106, message: "only members may speak", temporary: false },
  accountTooNew: { code: 1107, message: "this account is too new to speak", temporary: false },
  frozen: { code: 1108, message: "nobody may speak now", temporary: false },
  wordBanned: { code: 1109, message: "a word in this message is not allowed", temporary: false },
  /** By the site's own review. */
  declined: { code: 1110, message: "this message was not allowed", temporary: false },
  /** The room is not on, or not on any more. */
  notOpen: { code: 1111, message: "the room is not open", temporary: false },
  /** There is no such message, report or held message, or nothing to undo. */
  notFound: { code: 1112, message: "no such message", temporary: false },
  editTooLate: { code: 1113, message: "too late to change this message", temporary: false },
  /** Of pins, bans, roles, or whatever else is bounded. */
  tooMany: { code: 1114, message: "there are too many of these already", temporary: false },
} as const satisfies Record<string, ProtocolError>;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** The same error with a detail for the developer who meets it. */
export function withDetail(error: ProtocolError, detail: string): ProtocolError {
  return { ...error, message: `${error.message}: ${detail}` };
}

export interface CloseCode {
  readonly code: number;
  /** Plain words: an SDK that reads JSON here without `reconnect` never comes back. */
  readonly reason: string;
}

/** Why a connection is closed. 3000–3499 and 4000–4499: come back; 3500–3999 and 4500–4999: do not. */
export const DisconnectCode = {
  shutdown: { code: 3001, reason: "shutdown" },
  expired: { code: 3005, reason: "connection expired" },
  slow: { code: 3008, reason: "slow" },
  noPong: { code: 3012, reason: "no pong" },
  /** It went on after it had been told so. */
  tooManyRequests: { code: 3013, reason: "too many requests" },
  invalidToken: { code: 3500, reason: "invalid token" },
  badRequest: { code: 3501, reason: "bad request" },
  stale: { code: 3502, reason: "stale" },
  /** By the site's own server. */
  forced: { code: 3503, reason: "force disconnect" },
  /** Its user has as many already. */
  connectionLimit: { code: 3504, reason: "connection limit" },
  /** This gateway has lost NATS; another may have it. */
  outOfService: { code: 4000, reason: "out of service" },
  /** It was begun, and not ended in time. */
  halfMessage: { code: 4001, reason: "half a message" },
} as const satisfies Record<string, CloseCode>;
export type DisconnectCode = (typeof DisconnectCode)[keyof typeof DisconnectCode];

/** Why a subscription is ended by the server. From 2500 on SDKs subscribe again. */
export const UnsubscribeCode = {
  insufficientState: { code: 2500, reason: "insufficient state" },
  expired: { code: 2501, reason: "subscription expired" },
  /** By a ban, or by the site's own server. */
  banned: { code: 2000, reason: "banned" },
  /** The token that it was subscribed with was revoked. */
  revoked: { code: 2001, reason: "invalid token" },
} as const satisfies Record<string, CloseCode>;
export type UnsubscribeCode = (typeof UnsubscribeCode)[keyof typeof UnsubscribeCode];
