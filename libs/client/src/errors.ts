/** What can go wrong, by the numbers of the protocol's table (errors in replies). A test holds it to `@madang/contracts`. */
export const ErrorCode = {
  internal: 100,
  unauthorized: 101,
  unknownChannel: 102,
  permissionDenied: 103,
  methodNotFound: 104,
  alreadySubscribed: 105,
  limitExceeded: 106,
  badRequest: 107,
  notAvailable: 108,
  tokenExpired: 109,
  tooManyRequests: 111,
  unrecoverablePosition: 112,
  roomUnavailable: 1000,
  overloaded: 1001,
  outcomeUnknown: 1002,
  historyUnavailable: 1003,
  banned: 1100,
  muted: 1101,
  slowMode: 1102,
  repeated: 1103,
  emoteOnly: 1104,
  noLinks: 1105,
  membersOnly: 1106,
  accountTooNew: 1107,
  frozen: 1108,
  wordBanned: 1109,
  declined: 1110,
  notOpen: 1111,
  notFound: 1112,
  editTooLate: 1113,
  tooMany: 1114,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/**
 * Whether the same command may succeed later, and is to be repeated with the same id. Numbers below 100 are the client's own: no
 * connection, or no answer in time.
 */
export function isTemporary(code: number): boolean {
  return code <= ErrorCode.internal || code === ErrorCode.tooManyRequests || (code >= 1000 && code <= 1003);
}

/** What a call that asks for something rejects with. `code` is of the protocol's table, or below 100: no connection or no answer in time. */
export class MadangError extends Error {
  readonly code: number;
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
