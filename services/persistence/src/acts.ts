/** What was done in a room, from the store: for the audit trail, reports, and what waits for a moderator. */
import { limits, type Publication, type StoreEventsQuery, type StoreEventsReply } from "@madang/contracts";
import type { MessageStore } from "./store/message-store.ts";
import { turn } from "./turns.ts";

/** Long lines do not pile up beyond a page's bytes. */
const chunkActs = 100;

export async function listActs(
  store: Pick<MessageStore, "acts">,
  { room, types, from = 1, to = Number.MAX_SAFE_INTEGER, limit, reverse }: StoreEventsQuery,
): Promise<StoreEventsReply> {
  const events: Publication[] = [];
  let bytes = 0;
  let range = { from, to };
  while (true) {
    await turn();
    const rows = await store.acts(room, { types, ...range, atMost: chunkActs, reverse });
    for (const { line } of rows) {
      bytes += Buffer.byteLength(line) + 1;
      const isFull = events.length === limit || (bytes > limits.historyBytes && events.length > 0);
      if (isFull) return { v: 1, ok: true, events, more: true };
      events.push(JSON.parse(line));
    }
    const last = rows.at(-1)?.offset;
    if (rows.length < chunkActs || last === undefined) return { v: 1, ok: true, events, more: false };
    range = reverse ? { from, to: last - 1 } : { from: last + 1, to };
  }
}
