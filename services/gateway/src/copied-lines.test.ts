import { eventAt } from "@madang/devkit";
import { expect, test } from "vitest";
import { copiesOf } from "./copied-lines.ts";

test.each([
  { what: "none", sizes: [], blocks: [] },
  { what: "an empty one", sizes: [0], blocks: [0] },
  { what: "small ones, together", sizes: [200, 1, 300], blocks: [501] },
  { what: "a large one between small ones", sizes: [10, 40_000, 20, 30], blocks: [10, 40_000, 50] },
  { what: "as many as fit into 16 KB", sizes: [8_192, 8_192, 1, 16_383, 1], blocks: [16_384, 16_384, 1] },
])("copies of lines read as they came, and hold nothing else alive: $what", ({ sizes, blocks }) => {
  const came = sizes.map((length, n) => eventAt(n + 1, Buffer.alloc(64 * 1024, n + 1).subarray(5, 5 + length)));
  const copies = copiesOf(came);
  expect(copies).toEqual(came);
  const alive = new Set(copies.map(({ line }) => line.buffer));
  expect([...alive].map(({ byteLength }) => byteLength)).toEqual(blocks);
});
