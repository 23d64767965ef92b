/** How far a stream of this log is stored. A position says nothing of another log, whose sequences began anew. */
import { type Epoch, limits } from "@madang/contracts";
import type { Registry } from "@madang/log";
import type { MessageStore } from "./store/message-store.ts";

export interface PlaceInLogOptions {
  shard: number;
  /** The life of this log. */
  epoch: Epoch;
  store: Pick<MessageStore, "position" | "restart">;
}

/** 0 for not at all, and for what was stored of another log. */
export async function storedUpTo({ shard, epoch, store }: PlaceInLogOptions): Promise<number> {
  const position = await store.position(shard);
  return isOf(epoch, position) ? position.sequence : 0;
}

export interface ResumeOptions extends PlaceInLogOptions {
  /** Asks for the stream's last sequence. */
  last: () => Promise<number>;
  registry: Pick<Registry, "markIncomplete">;
  report: (news: { why: string; stored: number }) => void;
  sleep: (ms: number) => Promise<void>;
}

/**
 * After which sequence a projector goes on. A stream of another log, or one that ends before what was stored of it, is read from its
 * beginning, and what the store has is passed over; and the registry may have forgotten rooms, too.
 */
export async function resumeAfter({ shard, epoch, store, registry, report, ...stream }: ResumeOptions): Promise<number> {
  const position = await store.position(shard);
  const stored = position.sequence;
  if (!isOf(epoch, position)) report({ why: "the log is another one", stored });
  else if (await reaches(stored, stream)) return stored;
  else report({ why: "the log has lost its newest records", stored });
  // In this order: who dies between the two does both again.
  await registry.markIncomplete();
  await store.restart(shard, epoch);
  return 0;
}

// A position from before there were epochs is believed: it gets this one's with the next record.
const isOf = (epoch: Epoch, position: { epoch: Epoch }) => position.epoch === "" || position.epoch === epoch;

/** A new leader of the stream may not have read all of its own log yet, so a stream that is too short is asked for a while. */
async function reaches(stored: number, { last, sleep }: Pick<ResumeOptions, "last" | "sleep">): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= limits.rolledBackAfterMs; waitedMs += limits.logRetryLongestMs) {
    if ((await last()) >= stored) return true;
    await sleep(limits.logRetryLongestMs);
  }
  return false;
}
