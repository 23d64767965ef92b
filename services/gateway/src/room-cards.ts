/** Where the cards of rooms come from: a bucket, in which each room's owner keeps what the room is like. */
import type { Bus, BusSubscription } from "@madang/bus";
import { buckets, type RoomId, roomKey } from "@madang/contracts";
import type { Bucket } from "@madang/log";

export class RoomCards {
  readonly #bus: Pick<Bus, "subscribe">;
  readonly #bucket: Pick<Bucket, "get">;

  constructor({ bus, bucket }: { bus: Pick<Bus, "subscribe">; bucket: Pick<Bucket, "get"> }) {
    this.#bus = bus;
    this.#bucket = bucket;
  }

  /** Undefined for a room that nobody has done anything to. @throws LogUnavailable */
  async read(room: RoomId): Promise<Uint8Array | undefined> {
    return (await this.#bucket.get(roomKey(room)))?.value;
  }

  /** Every card of the room that is put, as it is put: an owner that was deposed may put an old one, and what it says is true all the same. */
  follow(room: RoomId, handle: (card: Uint8Array) => void): BusSubscription {
    // A key that is deleted is put without a value.
    return this.#bus.subscribe(`$KV.${buckets.cards}.${roomKey(room)}`, ({ data }) => void (data.length > 0 && handle(data)));
  }
}
