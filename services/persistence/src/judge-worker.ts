/** The thread of `judge-thread.ts`: texts in, judgements out. */
import { parentPort, workerData } from "node:worker_threads";
import { limits } from "@madang/contracts";
import { Words } from "@madang/words";
import type { Judgement } from "./dry-run.ts";

const words = new Words(workerData);

parentPort?.on("message", (texts: readonly string[]) => {
  parentPort?.postMessage(texts.map(judge));
});

function judge(text: string): Judgement | undefined {
  const { action, matches } = words.judge(text);
  if (action === undefined) return undefined;
  const shown = matches.slice(0, limits.dryRunMatches);
  return { action, matches: shown.map(({ rule, start, end }) => ({ pattern: rule.pattern, start, end })) };
}
