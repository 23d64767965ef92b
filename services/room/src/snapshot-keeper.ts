/** Keeps the snapshots of one room: soon after something has happened, off the road of its commands, and one at a time. */
import { limits, type RoomId } from "@madang/contracts";
import { type ClaimedRoom, Fenced } from "@madang/log";
import type { Logger } from "@madang/runtime";
import type { Room } from "./room.ts";
import type { RoomMemory } from "./room-memory.ts";

export interface SnapshotKeeperOptions {
  id: RoomId;
  room: Room;
  claimed: ClaimedRoom;
  memory: RoomMemory;
  /** Its snapshot, if it has one, is not of all that there is. */
  unsaved: boolean;
  saved: boolean;
  /** It is time: `save` is to be called in the room's turn. */
  due: () => void;
  now: () => number;
  logger: Logger;
}

export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;
  /** Something was appended that no snapshot has. */
  #unsaved: boolean;
  /** There is a snapshot. */
  #saved: boolean;
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
    this.#unsaved = options.unsaved;
    this.#saved = options.saved;
    // A former owner that died left the newest to the log's tail alone.
    if (options.unsaved) this.soon();
  }

  /** One is being stored. */
  get busy(): boolean {
    return this.#saving !== undefined;
  }

  /** Something is on its way to the log. */
  outdate(): void {
    this.#unsaved = true;
  }

  /** The first one at once: until it is there, nothing outlives the room's records. Not while it is on its way: that may take long. */
  soon(afterMs = !this.#saved && this.#saving === undefined ? 0 : limits.snapshotEveryMs): void {
    this.#timer ??= setTimeout(this.#options.due, afterMs).unref();
  }

  /**
   * Waits for the batch on its way, so that the room holds nothing that is not committed, reads off its state, and lets commands
   * go on while that is stored. A snapshot that fails costs nothing but a longer tail for the next start.
   */
  async save(): Promise<void> {
    const { id, room, claimed, memory, now, logger } = this.#options;
    const { log } = claimed;
    this.#timer = undefined;
    if (this.#saving !== undefined) return this.soon();
    await log.settled();
    // After a failure the room holds what may never be committed: hearts, too, which no offset tells.
    if (!this.#unsaved || log.uncommitted > 0 || log.head !== room.head) return;
    const prepared = memory.prepare({ room, log, now: now() });
    this.#unsaved = false;
    this.#saving = memory
      .store(claimed, prepared)
      .then(() => {
        this.#saved = true;
      })
      .catch((error: unknown) => {
        // Another has claimed the room: the next append finds out.
        const level = error instanceof Fenced ? "debug" : "warn";
        logger[level]({ error, room: id }, "snapshot not saved");
        if (error instanceof Fenced) return;
        this.#unsaved = true;
        this.soon(limits.snapshotEveryMs);
      })
      .finally(() => {
        this.#saving = undefined;
      });
  }

  /** The last one, of the newest. */
  async finish(): Promise<void> {
    // One that is under way may be of an older head.
    await this.#saving;
    await this.save();
    await this.#saving;
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
