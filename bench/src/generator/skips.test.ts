import { expect, test } from "vitest";
import { encodeSignalPush, encodeSkip } from "../../../services/gateway/src/encode.ts";
import { comment } from "../comment.ts";
import { serverFrame } from "../frames.ts";
import { countSkipped } from "./skips.ts";

test("what was left out is summed, as a gateway declares it", () => {
  const push = (count: number) => {
    const skip = { from: 1, to: 2_000, count, reason: "sampled" } as const;
    return encodeSignalPush("live:room-0" as never, encodeSkip({ skip, offset: 2_000 }));
  };
  const line = `{"push":{"channel":"r","pub":{"data":${JSON.stringify(comment(1, 12.5))}}}}`;
  const bytes = Buffer.concat([
    serverFrame(`${line}\n${push(7)}`),
    serverFrame(line),
    serverFrame(push(1_230)),
    serverFrame(`${line}\n${push(40)}`),
  ]);
  expect(countSkipped(bytes)).toBe(1_277);
  expect(countSkipped(Buffer.from(line))).toBe(0);
});
