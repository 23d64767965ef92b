import { seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { FrameBorders } from "./frame-borders.ts";

/** A frame as a client sends it, masked. */
function frame(payload: number, { opcode = 1, fin = true } = {}): Buffer {
  const short = payload < 126 ? payload : payload < 65_536 ? 126 : 127;
  const extended = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
  if (short === 126) extended.writeUInt16BE(payload);
  if (short === 127) extended.writeBigUInt64BE(BigInt(payload));
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, 0x80 | short]), extended, Buffer.alloc(4 + payload, 0xff)]);
}

describe("[B7] the borders of messages", () => {
  test.each([0, 1, 125, 126, 127, 65_535, 65_536])("a frame of %d bytes is whole at its last byte, and not before", (length) => {
    const bytes = frame(length);
    const borders = new FrameBorders();
    expect(borders.read(bytes.subarray(0, -1))).toBe(false);
    expect(borders.inside).toBe(true);
    expect(borders.read(bytes.subarray(-1))).toBe(true);
    expect(borders.inside).toBe(false);
  });

  test("a message of several frames is open until its last, whatever control frames come between", () => {
    const borders = new FrameBorders();
    expect(borders.read(frame(5, { fin: false }))).toBe(false);
    expect(borders.read(frame(0, { opcode: 9 }))).toBe(false);
    expect(borders.read(frame(5, { opcode: 0, fin: false }))).toBe(false);
    expect(borders.inside).toBe(true);
    expect(borders.read(frame(0, { opcode: 0 }))).toBe(true);
    expect(borders.inside).toBe(false);
  });

  test("however the bytes are cut, the same is found", () => {
    const random = seeded(7);
    const bytes = Buffer.concat(Array.from({ length: 200 }, () => frame(random.int(300))));
    for (let run = 0; run < 50; run++) {
      const borders = new FrameBorders();
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + random.int(700);
        borders.read(bytes.subarray(at, at + size));
        at += size;
      }
      expect(borders.inside).toBe(false);
    }
  });
});
