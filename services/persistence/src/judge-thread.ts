/** A judge in a thread of its own, so that nothing here waits for it. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { WordList } from "@madang/contracts";
import type { Judge, Judgement } from "./dry-run.ts";

/** Two lists of the longest take 70 MB. */
const heapMb = 256;

export function startJudgeThread(lists: readonly WordList[]): Judge {
  const worker = new Worker(new URL("./judge-worker.ts", import.meta.url), {
    workerData: lists,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  let gone = false;
  // `once` rejects with it while somebody waits; at any other time nobody needs to know.
  worker.on("error", () => {
    gone = true;
  });
  worker.on("exit", () => {
    gone = true;
  });
  return {
    judge: async (texts) => {
      // A thread that has ended does not answer any more.
      if (gone) throw new Error("the judge is gone");
      const ended = new AbortController();
      const end = () => ended.abort(new Error("the judge ended"));
      worker.once("exit", end);
      try {
        const answer = once(worker, "message", { signal: ended.signal });
        worker.postMessage(texts);
        const [judgements]: (Judgement | undefined)[][] = await answer;
        return judgements ?? [];
      } finally {
        worker.off("exit", end);
      }
    },
    close: async () => void (await worker.terminate()),
  };
}
