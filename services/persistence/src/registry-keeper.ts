/** Gives the registry of rooms back what only the store remembers, whenever it may have forgotten rooms. */
import { limits, type Position, type RoomId } from "@madang/contracts";
import type { Registry } from "@madang/log";
import type { MessageStore } from "./store/message-store.ts";
import { Waiting, type WaitNews } from "./waiting.ts";

export interface RegistryKeeperOptions {
  registry: Pick<Registry, "complete" | "restore" | "markComplete">;
  store: Pick<MessageStore, "rooms">;
  /** Ends early when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  report: (news: { kind: "restored"; rooms: number } | WaitNews) => void;
}

const pageRooms = 500;

/**
 * Until the signal aborts: a registry that is not complete gets every room of the store, and is complete then. What is away is waited
 * for, and the work begun anew: restoring twice is harmless.
 */
export async function keepRegistry(
  { registry, store, sleep, report }: RegistryKeeperOptions,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new Waiting(report);
  while (!signal.aborted) {
    try {
      if (!(await registry.complete())) {
        const rooms = await restoreAll({ registry, store }, signal);
        if (signal.aborted) return;
        await registry.markComplete();
        report({ kind: "restored", rooms });
      }
      waiting.well();
    } catch (error) {
      waiting.failed(error);
    }
    await sleep(limits.registryCheckMs, signal);
  }
}

async function restoreAll({ registry, store }: Pick<RegistryKeeperOptions, "registry" | "store">, signal: AbortSignal) {
  let restored = 0;
  let page: Map<RoomId, Position>;
  let after: RoomId | undefined;
  do {
    page = await store.rooms({ after, atMost: pageRooms });
    for (const [room, position] of page) {
      if (signal.aborted) return restored;
      await registry.restore(room, position);
      restored++;
      after = room;
    }
  } while (page.size === pageRooms);
  return restored;
}
