import {
  decodeJson,
  encodeJson,
  type Position,
  RegistryState,
  RoomEntry as RoomEntrySchema,
  type RoomId,
  roomKey,
  type RoomEntry as StoredEntry,
} from "@madang/contracts";
import type { Bucket } from "./ports.ts";

/** Where a room stood, and how far that can be relied on. */
export interface RoomEntry extends Omit<StoredEntry, "v" | "settled" | "restored"> {
  /** As in the stored entry, where it is two flags. Absent: its owner was there, and may have gone on. */
  readonly state?: "settled" | "restored";
}

/** No room's key: `=` is no character of a room id. */
const stateKey = "=state";

/** Beyond it, somebody else writes the same key all the time. */
const triesAtMost = 8;

/**
 * Every room that ever was, and where it stood, kept for ever: what goes on when a room's records have aged out. Entries only rise, by
 * generation and then by head, whoever writes them.
 *
 * A registry that was just made knows nothing, and cannot tell a new room from a forgotten one. It is *complete* once every room of the
 * store is in it; until then a claim has to ask the store itself.
 */
export class Registry {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** @throws LogUnavailable */
  async load(room: RoomId): Promise<RoomEntry | undefined> {
    return (await this.#read(room)).entry;
  }

  /**
   * Puts in a new claim. False: one of its generation or a later one, or a higher head, is there already, and nothing was written.
   * @throws LogUnavailable | OutcomeUnknown
   */
  enter(room: RoomId, entry: RoomEntry): Promise<boolean> {
    return this.#write(room, (there) =>
      there === undefined || (there.generation < entry.generation && there.head <= entry.head) ? entry : "outdone",
    );
  }

  /** The head of a claim that is in. False: a later claim, or a higher head, is there already, and nothing was written. @throws LogUnavailable | OutcomeUnknown */
  raise(room: RoomId, entry: RoomEntry): Promise<boolean> {
    return this.#write(room, (there) => {
      if (there === undefined) return entry;
      // Generations first: a later claim counts even where its head is lower, since it began from what was true then.
      const rises = entry.generation - there.generation || entry.head - there.head;
      if (rises < 0) return "outdone";
      return rises === 0 && there.state === entry.state ? "there" : entry;
    });
  }

  /** Puts in what the store knows of a room, unless the registry knows of a later offset. @throws LogUnavailable | OutcomeUnknown */
  async restore(room: RoomId, { epoch, offset }: Position): Promise<void> {
    await this.#write(room, (there) =>
      there !== undefined && there.head >= offset
        ? "outdone"
        : { epoch, generation: there?.generation ?? 0, head: offset, state: "restored" },
    );
  }

  /** @throws LogUnavailable */
  async complete(): Promise<boolean> {
    const found = await this.#bucket.get(stateKey);
    return found !== undefined && (readable(() => decodeJson(RegistryState, found.value))?.complete ?? false);
  }

  /** Every room of the store has been restored. @throws OutcomeUnknown */
  markComplete(): Promise<void> {
    return this.#mark(true);
  }

  /** The log has lost what the store may know: what is not here may have been all the same. @throws OutcomeUnknown */
  markIncomplete(): Promise<void> {
    return this.#mark(false);
  }

  #mark(complete: boolean): Promise<void> {
    return this.#bucket.put(stateKey, encodeJson({ v: 1, complete } satisfies RegistryState));
  }

  async #write(room: RoomId, next: (there: RoomEntry | undefined) => RoomEntry | "there" | "outdone"): Promise<boolean> {
    for (let tries = 0; tries < triesAtMost; tries++) {
      const { entry, revision } = await this.#read(room);
      const written = next(entry);
      if (written === "there") return true;
      if (written === "outdone") return false;
      // A loss counts until the next one: there may be snapshots from before it.
      const loss = written.rewound ?? entry?.rewound;
      const value = encodeJson(toStored({ ...written, ...(loss === undefined ? {} : { rewound: loss }) }));
      if ((await this.#bucket.replace(roomKey(room), value, revision)) !== undefined) return true;
    }
    return false;
  }

  async #read(room: RoomId): Promise<{ entry: RoomEntry | undefined; revision: number | undefined }> {
    const found = await this.#bucket.get(roomKey(room));
    const stored = found === undefined ? undefined : readable(() => decodeJson(RoomEntrySchema, found.value));
    return { entry: stored && fromStored(stored), revision: found?.revision };
  }
}

function toStored({ state, ...position }: RoomEntry): StoredEntry {
  return { v: 1, ...position, ...(state === undefined ? {} : { [state]: true }) };
}

function fromStored({ v: _, settled, restored, ...position }: StoredEntry): RoomEntry {
  if (settled) return { ...position, state: "settled" };
  return restored ? { ...position, state: "restored" } : position;
}

/** What no version of ours has written counts as not there. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
