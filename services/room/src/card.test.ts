import { limits, RoomId } from "@madang/contracts";
import { LogUnavailable, MemoryBucket, OutcomeUnknown } from "@madang/log";
import { RoomState, type StoredRoomState } from "@madang/room-state";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Card } from "./card.ts";

const room = RoomId.parse("live:card");

/** As a room is after so many events. */
const at = (offset: number, title = `as of ${offset}`): StoredRoomState => ({ ...new RoomState().toStored(), offset, title });

class Troubled extends MemoryBucket {
  trouble: Error | undefined;
  written: number[] = [];
  /** What others do between a read and the write that follows it. */
  between: () => Promise<void> = async () => {};
  override async replace(key: string, value: Uint8Array, over: number | undefined) {
    const { between } = this;
    this.between = async () => {};
    await between();
    if (this.trouble !== undefined) throw this.trouble;
    const revision = await super.replace(key, value, over);
    if (revision !== undefined) this.written.push(JSON.parse(Buffer.from(value).toString()).offset);
    return revision;
  }
}

describe("a card", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("is there when it is said to be, and of many put at once only the first and the newest are written", async () => {
    const bucket = new Troubled();
    const it = new Card(bucket, room);
    await Promise.all([1, 2, 3, 4, 5].map((offset) => it.put(at(offset))));
    expect(bucket.written).toEqual([1, 5]);
    expect(await it.load()).toEqual(at(5));
  });

  test("of an older owner never takes a newer one's place, not even between its look and its write", async () => {
    const bucket = new Troubled();
    const [former, next] = [new Card(bucket, room), new Card(bucket, room)];
    await next.put(at(12));
    await former.put(at(10));
    expect((await next.load())?.offset).toBe(12);
    bucket.between = () => next.put(at(20));
    const late = former.put(at(15));
    await vi.advanceTimersByTimeAsync(1_000);
    await late;
    expect((await next.load())?.offset).toBe(20);
  });

  test.each([new LogUnavailable("away"), new OutcomeUnknown("no answer")])(
    "that cannot be written gives its caller up in time (%s), and is written when it can be",
    async (trouble) => {
      const bucket = new Troubled();
      bucket.trouble = trouble;
      const it = new Card(bucket, room);
      const put = it.put(at(7)).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(limits.cardMs);
      expect(await put).toBeInstanceOf(OutcomeUnknown);
      const repeat = it.written(7);
      await expect(it.written(6)).resolves.toBeUndefined();
      bucket.trouble = undefined;
      await vi.advanceTimersByTimeAsync(limits.logRetryLongestMs);
      await repeat;
      expect((await it.load())?.offset).toBe(7);
      await expect(it.written(7)).resolves.toBeUndefined();
    },
  );

  test("of what the log has lost gives way to the room as it is, and only that one", async () => {
    const bucket = new Troubled();
    await new Card(bucket, room).put(at(20, "lost"));
    const it = new Card(bucket, room);
    await it.refresh(await it.load(), at(12), 13);
    expect(await it.load()).toEqual(at(12));
    await new Card(bucket, room).put(at(30, "of a later owner"));
    await it.put(at(14));
    expect((await it.load())?.offset).toBe(30);
  });

  test("is written no more once it is closed", async () => {
    const bucket = new Troubled();
    bucket.trouble = new LogUnavailable("away");
    const it = new Card(bucket, room);
    it.put(at(7)).catch(() => {});
    await vi.advanceTimersByTimeAsync(100);
    it.close();
    bucket.trouble = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bucket.written).toEqual([]);
  });

  test("is brought up to date only if the room is another by now; totals and places are no reason", async () => {
    const bucket = new Troubled();
    const it = new Card(bucket, room);
    await it.refresh(undefined, { ...new RoomState().toStored(), offset: 9 }, 20);
    const there = at(9, "title");
    await it.refresh(there, { ...there, offset: 12, totals: { ...there.totals, comments: 3 } }, 20);
    expect(bucket.written).toEqual([]);
    await it.refresh(there, at(13, "other"), 20);
    await it.refresh(undefined, at(14, "new"), 20);
    expect(bucket.written).toEqual([13, 14]);
  });

  test("that is too large is not written, its caller hears so at once, and a smaller one is written after it", async () => {
    const bucket = new Troubled();
    const it = new Card(bucket, room);
    await expect(it.put(at(1, "x".repeat(limits.cardBytes)))).rejects.toThrow(RangeError);
    const smaller = it.put(at(2));
    await vi.advanceTimersByTimeAsync(limits.logRetryLongestMs);
    await smaller;
    expect(bucket.written).toEqual([2]);
  });

  test("that nobody can read counts as not there, and is replaced", async () => {
    const bucket = new Troubled();
    await bucket.put("live.card", Buffer.from('{"v":99}'));
    const it = new Card(bucket, room);
    expect(await it.load()).toBeUndefined();
    await it.put(at(1));
    expect((await it.load())?.offset).toBe(1);
  });
});
