/** Frames as a server sends them: made once, and written to many sockets as they are. */

/** A whole WebSocket frame, its header included. */
export type Frame = Buffer & { readonly __brand: "Frame" };

/** The first byte: FIN, and the opcode of a text or a pong. Source: RFC 6455, section 5.2. */
const finalText = 0x81;
const pong = 0x8a;
const longestShort = 125;
const longestMedium = 0xffff;

/** One text frame around the parts, in their order. Source of the layout: RFC 6455, section 5.2; a server does not mask. */
export function textFrame(parts: readonly Uint8Array[]): Frame {
  return frameOf(finalText, parts);
}

/** @param data what the ping carried, up to 125 bytes */
export function pongFrame(data: Uint8Array): Frame {
  return frameOf(pong, [data]);
}

export function isText(frame: Frame): boolean {
  return frame[0] === finalText;
}

function frameOf(firstByte: number, parts: readonly Uint8Array[]): Frame {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = length <= longestShort ? 2 : length <= longestMedium ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = firstByte;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  let at = header;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame as Frame;
}

/** What a frame carries. */
export function payloadOf(frame: Frame): Buffer {
  const short = frame[1] ?? 0;
  return frame.subarray(short <= longestShort ? 2 : short === 126 ? 4 : 10);
}
