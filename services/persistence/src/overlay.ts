/** How the lines of one page read now, by what the store knows of them and by what the page itself tells. Pure. */
import type { JsonObject, Line } from "@madang/contracts";
import { type Known, readAs } from "@madang/room-state";
import { effectOf } from "./store/effects.ts";
import type { StoredChange, StoredChanges } from "./store/message-store.ts";

export class Overlay implements Known {
  readonly #deletions = new Map<number, NonNullable<StoredChange["deletion"]>>();
  readonly #edits = new Map<number, NonNullable<StoredChange["edit"]>>();
  readonly #purges: Map<string, { readonly by: number; readonly upTo: number }>;

  constructor({ messages, purges }: StoredChanges = { messages: [], purges: new Map() }) {
    for (const { offset, deletion, edit } of messages) {
      if (deletion !== undefined) this.#deletions.set(offset, deletion);
      if (edit !== undefined) this.#edits.set(offset, edit);
    }
    this.#purges = new Map(purges);
  }

  /** An event that the store may not have yet. */
  add({ type, offset, line }: Pick<Line, "type" | "offset" | "line">): void {
    if (type === "posted") return;
    const effect = effectOf({ type, offset, line: Buffer.from(line).toString("utf8") });
    if (effect === undefined) return;
    switch (effect.kind) {
      case "deletion":
        keepNewer(this.#deletions, effect.offset, effect);
        break;
      case "edit":
        keepNewer(this.#edits, effect.offset, effect);
        break;
      case "purge":
        keepNewer(this.#purges, effect.user, effect);
        break;
      case "gift":
        break;
      default:
        effect satisfies never;
    }
  }

  isGone(offset: number, author: string): boolean {
    return this.#deletions.get(offset)?.deleted === true || offset <= (this.#purges.get(author)?.upTo ?? 0);
  }

  editOf(offset: number): { by: number; data: JsonObject } | undefined {
    const edit = this.#edits.get(offset);
    return edit === undefined ? undefined : { by: edit.by, data: JSON.parse(edit.data) };
  }

  view(line: Line): Line {
    return readAs(line, this);
  }
}

function keepNewer<K, V extends { readonly by: number }>(known: Map<K, V>, key: K, value: V): void {
  if (value.by > (known.get(key)?.by ?? 0)) known.set(key, value);
}
