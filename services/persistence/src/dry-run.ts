/** What other lists of words would have stopped of a room's last minutes. */
import { type Author, type DryRunFinding, type DryRunQuery, type DryRunReply, limits, type WordAction } from "@madang/contracts";
import type { MessageStore, StoredEvent } from "./store/message-store.ts";
import { offsetAt } from "./time-index.ts";

/** Elsewhere: lists take up to a second to be made ready, and a flood takes seconds to be judged. */
export interface Judge {
  /** For each text what would become of it, if anything. */
  judge(texts: readonly string[]): Promise<(Judgement | undefined)[]>;
  close(): Promise<void>;
}

export type Judgement = Pick<DryRunFinding, "action" | "matches">;

export interface DryRunMeans {
  store: Pick<MessageStore, "heads" | "lines" | "placeFrom">;
  startJudge: (lists: DryRunQuery["lists"]) => Judge;
  /** Monotonic, ms. */
  now: () => number;
}

const chunkLines = 250;

/** @throws StoreUnavailable */
export async function dryRun(
  { store, startJudge, now }: DryRunMeans,
  { room, lists, minutes }: DryRunQuery,
): Promise<DryRunReply> {
  const deadline = now() + limits.dryRunMs;
  const head = (await store.heads([room])).get(room)?.offset ?? 0;
  const newest = await store.placeFrom(room, head);
  const began = newest === undefined ? head + 1 : await offsetAt(store, { room, time: newest.time - minutes * 60_000, head });
  const first = Math.max(began, head - limits.dryRunMessages + 1);
  const stopped: Record<WordAction, number> = { mask: 0, hold: 0, reject: 0 };
  const found: DryRunFinding[] = [];
  let messages = 0;
  const judge = startJudge(lists);
  try {
    let from = first;
    for (; from <= head && now() < deadline; from += chunkLines) {
      const rows = await store.lines(room, { from, to: Math.min(head, from + chunkLines - 1) });
      const said = rows.filter(({ type }) => type === "posted");
      const texts = said.map(textOf);
      const judgements = await judge.judge(texts);
      messages += said.length;
      for (const [index, { offset, author }] of said.entries()) {
        const judgement = judgements[index];
        if (judgement === undefined) continue;
        stopped[judgement.action]++;
        if (found.length === limits.dryRunFound) continue;
        found.push({ offset, user: author as Author, text: (texts[index] ?? "").slice(0, limits.dryRunText), ...judgement });
      }
    }
    return { v: 1, ok: true, messages, cut: first > began || from <= head, stopped, found };
  } finally {
    await judge.close();
  }
}

function textOf({ line }: StoredEvent): string {
  const { text } = JSON.parse(line).data;
  return typeof text === "string" ? text : "";
}
