// What persistence is asked over the bus: each question has one answer, also one that nobody of ours would ask.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DryRunReply,
  decodeHistoryReply,
  decodeJson,
  decodeReplayReply,
  StoreEventsReply,
  StoreHeadReply,
} from "@madang/contracts";
import { fuzz, jsonBytesNear } from "@madang/devkit";
import { createLogger } from "@madang/runtime";
import { expect, test } from "vitest";
import { Answers } from "./answers.ts";
import { HistoryResponder } from "./history.ts";
import { openStore } from "./store/open-store.ts";

test("[H4] [A18] every question is answered once, if only with that it cannot be", async () => {
  const directory = mkdtempSync(join(tmpdir(), "madang-fuzz-"));
  const store = await openStore(`file:${directory}/store.db`);
  const answers = new Answers({
    store,
    responder: new HistoryResponder({ store, tail: async () => undefined }),
    startJudge: () => ({ judge: async () => [], close: async () => {} }) as never,
    logger: createLogger("test", "silent"),
  });
  const word = { pattern: "bad", match: "word", action: "mask" };
  const examples = [
    { v: 1, room: "live:a", from: 1, to: 9, reverse: false, maxBytes: 1_000 },
    { v: 1, room: "live:a" },
    { v: 1, room: "live:a", types: ["pinned"], from: 1, to: 9, limit: 5, reverse: true },
    { v: 1, room: "live:a", from: 0, to: 9, after: { offset: 5, second: 9 }, limit: 5, maxBytes: 1_000 },
    { v: 1, room: "live:a", lists: [{ v: 1, rules: [word], allow: [] }], minutes: 5 },
  ];
  const ask = async (question: (message: never) => Promise<void>, data: Uint8Array): Promise<Uint8Array[]> => {
    const said: Uint8Array[] = [];
    await question.call(answers, {
      subject: "s",
      data,
      header: () => "",
      respond: (bytes: Uint8Array) => void said.push(bytes),
    } as never);
    return said;
  };
  try {
    await fuzz(jsonBytesNear(examples), async (data) => {
      const [history, replay, events, dryRun, head] = await Promise.all(
        [answers.history, answers.replay, answers.events, answers.dryRun, answers.storeHead].map((question) =>
          ask(question, data),
        ),
      );
      expect([history, replay, events, dryRun].map((said) => said?.length)).toEqual([1, 1, 1, 1]);
      for (const bytes of history ?? []) decodeHistoryReply(bytes);
      for (const bytes of replay ?? []) decodeReplayReply(bytes);
      for (const bytes of events ?? []) decodeJson(StoreEventsReply, bytes);
      for (const bytes of dryRun ?? []) decodeJson(DryRunReply, bytes);
      // Without an answer its asker does as if the store were away.
      for (const bytes of head ?? []) decodeJson(StoreHeadReply, bytes);
    });
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
