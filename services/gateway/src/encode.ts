/** Replies and pushes become bytes here. Lines of the log are wrapped as they are. */
import type { CloseCode, Line, ProtocolError, RoomId, Skip, wire } from "@madang/contracts";
import { type Frame, textFrame } from "./frame.ts";

export function encodeReply<M extends wire.Method>(id: number, method: M, result: wire.Results[M]): string {
  return `{"id":${id},"${method}":${JSON.stringify(result)}}`;
}

export function encodeError(id: number, { code, message, temporary }: ProtocolError): string {
  return JSON.stringify({ id, error: temporary ? { code, message, temporary } : { code, message } });
}

/** A result whose publications are lines of the log, put in unparsed. Without any, the field is left out of a subscribe's. */
export function encodeReplyWithLines<M extends "subscribe" | "history">(
  id: number,
  method: M,
  { result, lines }: { result: Omit<wire.Results[M], "publications">; lines: readonly Line[] },
): string {
  if (lines.length === 0 && method === "subscribe") return `{"id":${id},"${method}":${JSON.stringify(result)}}`;
  const publications = lines.map(({ line }) => Buffer.from(line.buffer, line.byteOffset, line.length).toString("utf8")).join(",");
  // Every such result has a position, so that there is a field to go before ours.
  return `{"id":${id},"${method}":${JSON.stringify(result).slice(0, -1)},"publications":[${publications}]}}`;
}

/** Lines as pushes in one frame, and behind them publications that are no lines: encoded once, shared by every socket that gets the same. */
export function encodePublications(room: RoomId, lines: readonly Line[], signals: readonly string[] = []): Frame {
  const first = Buffer.from(`{"push":{"channel":"${room}","pub":`);
  const next = Buffer.from(`\n{"push":{"channel":"${room}","pub":`);
  const parts: Uint8Array[] = [];
  const add = (publication: Uint8Array) => parts.push(parts.length === 0 ? first : next, publication, tail);
  for (const { line } of lines) add(line);
  for (const signal of signals) add(Buffer.from(signal));
  return textFrame(parts);
}

/** What was sampled out, as a publication. It is the one signal that has a place. */
export function encodeSkip({ skip, offset }: { skip: Skip; offset: number }): string {
  return JSON.stringify({ data: skip, offset, tags: { type: "skip" } });
}

/** A passing signal, as a publication. */
export function encodeSignal(type: "counters" | "typing", data: object): string {
  return JSON.stringify({ data, tags: { type } });
}

/** A publication that is no line, alone in a push. */
export function encodeSignalPush(room: RoomId, publication: string): string {
  return `{"push":{"channel":"${room}","pub":${publication}}}`;
}

export function encodePush(push: wire.Push): string {
  return JSON.stringify({ push });
}

export function encodeUnsubscribe(channel: RoomId, { code, reason }: CloseCode): string {
  return encodePush({ channel, unsubscribe: { code, reason } });
}

/** An empty reply, which asks for one. */
export const serverPing = textFrame([Buffer.from("{}")]);

const tail = Buffer.from("}}");
