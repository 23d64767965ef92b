import type { EventEntry } from "@madang/contracts";

/** An event for tests that care for its place alone. */
export function eventAt(offset: number, line: Uint8Array = Buffer.from(`{"data":{},"offset":${offset},"tags":{}}`)): EventEntry {
  return { kind: "event", offset, type: "posted", author: "", lane: "all", mentions: [], line };
}
