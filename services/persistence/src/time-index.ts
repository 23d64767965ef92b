/** From times to offsets. Times rise nearly with offsets: each owner has its own clock, and after a failover it may step back a little. */
import type { RoomId } from "@madang/contracts";
import type { MessageStore } from "./store/message-store.ts";

/**
 * The offset at which a time begins. A binary search whose probes are always in the same places, however far the room has come: so the same
 * time always has the same offset, and a later time none before it, though times may step back. Whatever is asked for in stretches of time
 * that meet is there once; a line whose clock stepped back may be in the stretch beside its own.
 */
export async function offsetAt(
  store: Pick<MessageStore, "placeFrom">,
  { room, time, head }: { room: RoomId; time: number; head: number },
): Promise<number> {
  let before = 0;
  // Up from nothing by the powers of two, the largest first.
  for (let step = 2 ** Math.floor(Math.log2(Math.max(1, head))); step >= 1; step /= 2) {
    if (before + step > head) continue;
    const place = await store.placeFrom(room, before + step);
    if (place !== undefined && place.time < time) before += step;
  }
  return before + 1;
}
