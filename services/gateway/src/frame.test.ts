import { expect, test } from "vitest";
import { payloadOf, textFrame } from "./frame.ts";

test.each([0, 1, 125, 126, 65_535, 65_536, 300_000])("a text frame carries %d bytes as they are", (length) => {
  const bytes = Buffer.alloc(length, "마당");
  const frame = textFrame([bytes.subarray(0, 10), bytes.subarray(10)]);
  expect(payloadOf(frame).equals(bytes)).toBe(true);
});
