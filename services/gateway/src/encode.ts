/** Replies and pushes become bytes here. Lines of the log are wrapped as they are. */
import type { CloseCode, ProtocolError, RoomId, wire } from "@madang/contracts";
import type { Line } from "./ring.ts";

export function encodeReply<M extends wire.Method>(id: number, method: M, result: wire.Results[M]): string {
  return `{"id":${id},"${method}":${JSON.stringify(result)}}`;
}

export function encodeError(id: number, { code, message, temporary }: ProtocolError): string {
  return JSON.stringify({ id, error: temporary ? { code, message, temporary } : { code, message } });
}

/** A result whose publications are lines of the log, put in unparsed. */
export function encodeReplyWithLines(
  id: number,
  method: "subscribe" | "history",
  result: object,
  lines: readonly Uint8Array[],
): string {
  const publications = lines.map((line) => Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8")).join(",");
  return `{"id":${id},"${method}":${JSON.stringify(result).slice(0, -1)},"publications":[${publications}]}}`;
}

/** Lines as pushes in one frame: encoded once, shared by every socket. */
export function encodePublications(room: RoomId, lines: readonly Line[]): Buffer {
  const first = Buffer.from(`{"push":{"channel":"${room}","pub":`);
  const next = Buffer.from(`\n{"push":{"channel":"${room}","pub":`);
  const parts: Uint8Array[] = [];
  for (const { line } of lines) parts.push(parts.length === 0 ? first : next, line, tail);
  return Buffer.concat(parts);
}

export function encodePush(push: wire.Push): string {
  return JSON.stringify({ push });
}

export function encodeUnsubscribe(channel: RoomId, { code, reason }: CloseCode): string {
  return encodePush({ channel, unsubscribe: { code, reason } });
}

export const serverPing = "{}";

const tail = Buffer.from("}}");
