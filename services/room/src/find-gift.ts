/** A gift that its room does not remember, by its payment's id: from the store. */
import type { Bus } from "@madang/bus";
import { decodeJson, encodeJson, limits, type MessageId, type RoomId, StoreGiftReply, subjects } from "@madang/contracts";
import type { StoredGift } from "./decision.ts";

/** Undefined: nobody can tell now. */
export async function findGift(bus: Pick<Bus, "request">, room: RoomId, id: MessageId): Promise<StoredGift | undefined> {
  try {
    const query = encodeJson({ v: 1, room, id });
    const reply = decodeJson(StoreGiftReply, await bus.request(subjects.storeGift, query, { timeoutMs: limits.storeGiftMs }));
    return reply.ok ? reply : undefined;
  } catch {
    return undefined;
  }
}
