import { describe, expect, test } from "vitest";
import { clientFrame, Frames, Opcode, payloadsOf, serverFrame } from "./frames.ts";

/** What is handed on of bytes that are read in pieces of a size. */
function cut(bytes: Buffer, size: number) {
  const seen = { payloads: [] as string[], count: 0, controls: [] as string[] };
  const frames = new Frames({
    messages: (whole, count) => {
      seen.count += count;
      seen.payloads.push(...payloadsOf(whole).map(String));
    },
    control: (opcode, payload) => seen.controls.push(`${opcode} ${payload}`),
  });
  // One piece of memory for all reads, as the generator does it.
  const shared = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(shared, 0, at, at + size);
    frames.handle(shared.subarray(0, length));
  }
  return seen;
}

describe("frames", () => {
  const texts = ["first", "x".repeat(126), "y".repeat(65_535), "z".repeat(65_536), "last one"];
  const bytes = Buffer.concat(texts.map(serverFrame));

  test.each([1, 2, 3, 7, 1_000, 65_540, 1_000_000])("are found whole, whatever is read at a time: %i bytes", (size) => {
    const { payloads, count } = cut(bytes, size);
    expect(payloads).toEqual(texts);
    expect(count).toBe(texts.length);
  });

  test("pings of a protocol and of WebSocket are no messages", () => {
    const ping = Buffer.concat([Buffer.from([0x80 | Opcode.ping, 0])]);
    const { count, controls } = cut(Buffer.concat([serverFrame("{}"), ping, serverFrame("a comment"), serverFrame("2")]), 3);
    expect(count).toBe(1);
    expect(controls).toEqual(["1 {}", "9 ", "1 2"]);
  });

  test("a client's frame is masked with zeros, which leaves it as it is", () => {
    expect(clientFrame("hello")).toEqual(Buffer.from([0x81, 0x85, 0, 0, 0, 0, ...Buffer.from("hello")]));
    expect(clientFrame("x".repeat(200)).subarray(0, 4)).toEqual(Buffer.from([0x81, 0x80 | 126, 0, 200]));
  });
});
