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
  const short = ["first", "x".repeat(126), "y".repeat(300), "last one"];
  const long = ["first", "y".repeat(65_535), "z".repeat(65_536), "last one"];

  test.each([
    { texts: short, size: 1 },
    { texts: short, size: 2 },
    { texts: short, size: 3 },
    { texts: short, size: 7 },
    { texts: long, size: 1_000 },
    { texts: long, size: 65_540 },
    { texts: long, size: 1_000_000 },
  ])("are found whole, with $size bytes read at a time", ({ texts, size }) => {
    const { payloads, count } = cut(Buffer.concat(texts.map(serverFrame)), size);
    expect(payloads).toEqual(texts);
    expect(count).toBe(texts.length);
  });

  test("pings of a protocol and of WebSocket are no messages", () => {
    const ping = Buffer.from([0x80 | Opcode.ping, 0]);
    const { count, controls } = cut(Buffer.concat([serverFrame("{}"), ping, serverFrame("a comment"), serverFrame("2")]), 3);
    expect(count).toBe(1);
    expect(controls).toEqual(["1 {}", "9 ", "1 2"]);
  });

  test("a client's frame is masked with zeros, which leaves it as it is", () => {
    expect(clientFrame("hello")).toEqual(Buffer.from([0x81, 0x85, 0, 0, 0, 0, ...Buffer.from("hello")]));
    expect(clientFrame("x".repeat(200)).subarray(0, 4)).toEqual(Buffer.from([0x81, 0x80 | 126, 0, 200]));
  });
});
