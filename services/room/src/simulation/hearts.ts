/** What the notes of hearts in a batch say. */
import type { Batch } from "@madang/contracts";
import type { HeartNote } from "../heart-ledger.ts";

export function heartNotes({ entries }: Batch): HeartNote[] {
  return entries.flatMap((entry) =>
    entry.kind === "note" && entry.type === "hearts" ? [JSON.parse(Buffer.from(entry.line).toString()) as HeartNote] : [],
  );
}

/** `[user, id, count]` of each. */
export const heartsIn = (batch: Batch) => heartNotes(batch).flatMap(({ batches }) => batches);
