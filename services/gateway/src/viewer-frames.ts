/**
 * Some lines as frames. Mostly there is one, which all viewers share. Where some lines are not for all, whoever has lines of their own gets
 * a frame of their own, and all others share one; each is made once, when the first who needs it has their turn.
 */
import type { Line, RoomId } from "@madang/contracts";
import { isWord, partFor } from "./delivery.ts";
import { encodePublications, encodeSkip } from "./encode.ts";
import type { Frame } from "./frame.ts";
import type { Recipient, RoomView } from "./room-view.ts";

export interface ViewerFramesOptions {
  room: RoomId;
  /** As they read now. */
  lines: readonly Line[];
  /** Publications without an offset that ride with them, as JSON. */
  signals: readonly string[];
  view: RoomView;
  /** Whether anybody here does not want to hear them. */
  isBlocked: (author: string) => boolean;
}

export class ViewerFrames {
  /** The one that everybody gets, if there is one. */
  readonly shared: Frame | undefined;
  readonly #options: ViewerFramesOptions;
  readonly #frames = new Map<string, Frame | undefined>();
  /** Those who have a line that others do not get. */
  readonly #owners = new Set<string>();
  readonly #blocked: readonly string[];
  /** How the audience was split when lines of parts of it were written: once, or twice where it was split anew in between. */
  readonly #splits: readonly number[];

  constructor(options: ViewerFramesOptions) {
    const { room, lines, signals, view, isBlocked } = options;
    this.#options = options;
    const special = lines.filter(({ lane }) => lane !== "all");
    this.#blocked = lines.filter((line) => isWord(line) && isBlocked(line.author)).map(({ author }) => author);
    this.#splits = [
      ...new Set(special.filter(({ lane }) => lane.startsWith("shard:")).map(({ offset }) => view.shardsAt(offset))),
    ];
    for (const { author, mentions } of special) for (const user of [author, ...mentions]) this.#owners.add(user);
    if (special.length === 0 && this.#blocked.length === 0) this.shared = encodePublications(room, lines, signals);
  }

  /** Undefined: nothing in it is for them. */
  of(viewer: Recipient & { readonly hash: number }): Frame | undefined {
    if (this.shared !== undefined) return this.shared;
    const key = this.#keyOf(viewer);
    if (this.#frames.has(key)) return this.#frames.get(key);
    const frame = this.#make(viewer);
    this.#frames.set(key, frame);
    return frame;
  }

  /** Equal for those who get the same. */
  #keyOf({ user, role, blocked, hash }: Recipient & { readonly hash: number }): string {
    const staff = this.#options.view.isStaff({ user, role });
    if (blocked.size > 0 && this.#blocked.some((author) => blocked.has(author))) return `${staff ? "staff" : "blocks"} ${user}`;
    if (staff) return "staff";
    if (this.#owners.has(user)) return `own ${user}`;
    if (this.#splits.length === 0) return "";
    return this.#splits.map((shards) => hash % shards).join();
  }

  #make(viewer: Recipient): Frame | undefined {
    const { room, lines, signals, view } = this.#options;
    const part = partFor(viewer, lines, view);
    const extras = part.skip === undefined ? signals : [...signals, encodeSkip(part.skip)];
    return part.lines.length + extras.length === 0 ? undefined : encodePublications(room, part.lines, extras);
  }
}
