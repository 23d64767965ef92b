/** What an event does to messages before it, and what else is kept beside it. Pure. */
import { isJsonObject, MessageId, UserId } from "@madang/contracts";
import { z } from "zod";
import type { StoredEvent } from "./message-store.ts";

/** `by`: the offset of the event. Of two of a kind, the newer one holds. */
export type Effect =
  | { readonly kind: "deletion"; readonly offset: number; readonly by: number; readonly deleted: boolean }
  | { readonly kind: "edit"; readonly offset: number; readonly by: number; readonly data: string }
  /** `upTo` 0: none of theirs is gone any more. */
  | { readonly kind: "purge"; readonly user: string; readonly by: number; readonly upTo: number }
  /** By its payment's id, of which the first counts. */
  | {
      readonly kind: "gift";
      readonly id: MessageId;
      readonly offset: number;
      readonly currency: string;
      readonly amount: number;
    };

const Target = z.object({ offset: z.int().min(1) });
const Edit = Target.extend({ data: z.custom<object>(isJsonObject) });
const Purge = z.object({ user: UserId, upTo: z.int().min(1) });
const Restored = z.union([z.object({ user: UserId }), Target]);
const Gift = z.object({
  data: z.object({ currency: z.string().regex(/^[A-Z]{3}$/), amount: z.int() }),
  tags: z.object({ id: MessageId }),
});

/** Nothing for most; nor for one that is not as the room writes it. */
export function effectOf({ type, offset: by, line }: Pick<StoredEvent, "type" | "offset" | "line">): Effect | undefined {
  switch (type) {
    case "deleted": {
      const read = Target.safeParse(dataOf(line));
      return read.success ? { kind: "deletion", offset: read.data.offset, by, deleted: true } : undefined;
    }
    case "edited": {
      const read = Edit.safeParse(dataOf(line));
      return read.success ? { kind: "edit", offset: read.data.offset, by, data: JSON.stringify(read.data.data) } : undefined;
    }
    case "purged": {
      const read = Purge.safeParse(dataOf(line));
      return read.success ? { kind: "purge", user: read.data.user, by, upTo: read.data.upTo } : undefined;
    }
    case "restored": {
      const read = Restored.safeParse(dataOf(line));
      if (!read.success) return undefined;
      return "user" in read.data
        ? { kind: "purge", user: read.data.user, by, upTo: 0 }
        : { kind: "deletion", offset: read.data.offset, by, deleted: false };
    }
    case "gifted": {
      const read = Gift.safeParse(JSON.parse(line));
      return read.success ? { kind: "gift", id: read.data.tags.id, offset: by, ...read.data.data } : undefined;
    }
    default:
      return undefined;
  }
}

function dataOf(line: string): unknown {
  return JSON.parse(line).data;
}
