/**
 * Server frames of one WebSocket, cut out of the bytes of its connection. Only what servers of this bench send: unmasked and whole.
 * A library would copy and decode each frame; the generator must cost less than the server it measures.
 */

export interface FrameSink {
  /** Whole frames, with their headers, as they were read. `count`: how many of them are messages. */
  messages(bytes: Buffer, count: number): void;
  /** A ping, a pong or a close of WebSocket itself, or a message so short that it can only be a protocol's own ping. */
  control(opcode: number, payload: Buffer): void;
}

export const Opcode = { text: 1, close: 8, ping: 9, pong: 10 } as const;
/** `{}` is a ping of Centrifuge, `2` one of Engine.IO. */
const shortBytes = 4;

export class Frames {
  readonly #sink: FrameSink;
  #rest: Buffer | undefined;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** The bytes may be overwritten once this returns. */
  handle(bytes: Buffer): void {
    const data = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    const { length } = data;
    let at = 0;
    let count = 0;
    for (let start = startOf(data, at); start <= length; start = startOf(data, at)) {
      const end = start + payloadLength(data, at);
      if (end > length) break;
      const opcode = (data[at] ?? 0) & 0x0f;
      if (opcode < Opcode.close && end - start > shortBytes) count++;
      else this.#sink.control(opcode, data.subarray(start, end));
      at = end;
    }
    if (count > 0) this.#sink.messages(data.subarray(0, at), count);
    this.#rest = at === length ? undefined : Buffer.from(data.subarray(at));
  }
}

/** Where the payload of the frame at a place begins; beyond the end where its header is not all there. */
function startOf(data: Buffer, at: number): number {
  if (at + 2 > data.length) return data.length + 1;
  const short = (data[at + 1] ?? 0) & 0x7f;
  return at + (short < 126 ? 2 : short === 126 ? 4 : 10);
}

function payloadLength(data: Buffer, at: number): number {
  const short = (data[at + 1] ?? 0) & 0x7f;
  if (short < 126) return short;
  return short === 126 ? data.readUInt16BE(at + 2) : data.readUIntBE(at + 4, 6);
}

/** What is in whole frames, one after the other. */
export function payloadsOf(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = startOf(bytes, at);
    at = start + payloadLength(bytes, at);
    payloads.push(bytes.subarray(start, at));
  }
  return payloads;
}

/** What a client says, as a frame. The mask is zero, which leaves the bytes as they are. */
export function clientFrame(payload: string | Buffer, opcode: number = Opcode.text): Buffer {
  const bytes = Buffer.from(payload as string);
  const { length } = bytes;
  const head = length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(4), bytes]);
}

/** What a server says to everybody, as a frame that is made once. */
export function serverFrame(payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const { length } = bytes;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | Opcode.text;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeUIntBE(length, 4, 6);
  }
  return Buffer.concat([head, bytes]);
}
