/**
 * Server frames of one WebSocket, cut out of the bytes of its connection. Only what a Madang server sends: unmasked and whole.
 * A library would copy and decode each frame; the generator must cost less than the server it measures.
 */

export type OnFrame = (opcode: number, payload: Buffer) => void;

export const Opcode = { text: 1, close: 8 } as const;

export class Frames {
  readonly #onFrame: OnFrame;
  #rest: Buffer | undefined;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** The bytes may be overwritten once this returns. */
  handle(bytes: Buffer): void {
    const data = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (;;) {
      const frame = frameAt(data, at);
      if (frame === undefined) break;
      this.#onFrame((data[at] ?? 0) & 0x0f, data.subarray(frame.start, frame.end));
      at = frame.end;
    }
    this.#rest = at === data.length ? undefined : Buffer.from(data.subarray(at));
  }
}

function frameAt(data: Buffer, at: number): { start: number; end: number } | undefined {
  const short = (data[at + 1] ?? 0) & 0x7f;
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
  if (data.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
  return data.length < start + length ? undefined : { start, end: start + length };
}

/** A short text as a client's frame. The mask is zero, which leaves the bytes as they are. */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload]);
}
