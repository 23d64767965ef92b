// Bytes of another service, or of a log that somebody wrote into: each decoder reads them or says why not, in its own words.
import {
  decodeBatch,
  decodeHistoryReply,
  decodeReplayReply,
  encodeBatch,
  encodeHistoryReply,
  encodeReplayReply,
  joinLines,
  MalformedBatch,
  parseJson,
} from "@madang/contracts";
import { expect, test } from "vitest";
import { eventAt, lineAt } from "./events.ts";
import { bytesNear, fuzz, jsonBytesNear, jsonNear } from "./fuzz.ts";

const entries = [
  lineAt(5, { author: "kim", lane: "skipped", mentions: ["lee"] }),
  { kind: "note", type: "claim", line: Buffer.from('{"a":1}') } as const,
  lineAt(6, { author: "lee" }),
];
const batch = encodeBatch({ epoch: "e", head: 6, time: 1, entries });
const [indexLine = "", ...bodies] = Buffer.from(batch).toString().split("\n");

test("[L1] a batch is read, or is a MalformedBatch", async () => {
  const check = (bytes: Uint8Array) => {
    try {
      const read = decodeBatch(bytes);
      expect(Number.isSafeInteger(read.head)).toBe(true);
      for (const entry of read.entries) {
        expect(entry.line).toBeInstanceOf(Uint8Array);
        expect(typeof entry.type).toBe("string");
        if (entry.kind !== "event") continue;
        expect(Number.isSafeInteger(entry.offset)).toBe(true);
        expect([typeof entry.author, typeof entry.lane, Array.isArray(entry.mentions)]).toEqual(["string", "string", true]);
      }
    } catch (error) {
      if (!(error instanceof MalformedBatch)) throw error;
    }
  };
  await fuzz(bytesNear([batch]), check);
  const withIndex = jsonNear([JSON.parse(indexLine)]).map((index) => Buffer.from([index, ...bodies].join("\n")));
  await fuzz(withIndex, check);
});

test("answers of persistence are read, or are an Error that says what is wrong", async () => {
  const history = encodeHistoryReply({ ok: true, page: { from: 5, lines: [eventAt(5), eventAt(6)] } });
  const replay = encodeReplayReply({ ok: true, entries: [Buffer.from('{"at":1}')], next: { offset: 5, second: 9 } });
  const headers = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString().split("\n")[0] ?? "");
  const whole = jsonBytesNear([headers(history), headers(replay)]).map((header) =>
    joinLines([header, Buffer.from("{}"), Buffer.from("{}")]),
  );
  await fuzz(whole, (bytes) => {
    for (const decode of [decodeHistoryReply, decodeReplayReply]) {
      try {
        expect(typeof decode(bytes).ok).toBe("boolean");
      } catch (error) {
        // What is no JSON says so itself; anything else is ours to say.
        if (error instanceof SyntaxError) continue;
        expect([(error as Error).constructor.name, (error as Error).message]).toEqual([
          "Error",
          expect.stringMatching(/^(?:history|replay)/),
        ]);
      }
    }
  });
});

test("[P8] JSON from outside is read, or has one of the flaws that there are, and pollutes nothing", async () => {
  const examples = [{ id: 1, publish: { channel: "a", data: { text: "hi", n: 1, deep: { a: [1, 2, { b: null }] } } } }];
  await fuzz(jsonBytesNear(examples), (bytes) => {
    const result = parseJson(Buffer.from(bytes).toString());
    if (!result.ok) expect(["not-json", "too-deep", "forbidden-key", "unsafe-number"]).toContain(result.flaw);
    else JSON.stringify(result.value);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });
});
