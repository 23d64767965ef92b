/** What every record store keeps to. */
import { randomUUID } from "node:crypto";
import { RoomId } from "@madang/contracts";
import { expect, test } from "vitest";
import { AppendRefused } from "./errors.ts";
import type { NewRecord, RecordStore, StoredRecord } from "./ports.ts";

export function recordStoreContract(open: () => Promise<RecordStore>): void {
  const newRoom = () => RoomId.parse(`live:${randomUUID()}`);
  const record = (batchId: string, body = batchId): NewRecord => ({ generation: 1, batchId, body: Buffer.from(body) });
  const textOf = (stored: StoredRecord | undefined) => stored && Buffer.from(stored.body).toString();

  test("keeps a room's records in the order of their appends", async () => {
    const store = await open();
    const room = newRoom();
    let last = 0;
    for (const id of ["a", "b", "c"]) last = await store.append(room, record(id, `body ${id} 안녕`), last);
    expect(textOf(await store.last(room))).toBe("body c 안녕");
    const all: StoredRecord[] = [];
    for await (const stored of store.scan(room, { from: 1, until: last })) all.push(stored);
    expect(all.map(textOf)).toEqual(["body a 안녕", "body b 안녕", "body c 안녕"]);
    expect(all.map(({ batchId, generation }) => [batchId, generation])).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
    ]);
    expect(all.at(-1)?.sequence).toBe(last);
  });

  test("[R4] refuses an append that has not seen the last record, and stores nothing of it", async () => {
    const store = await open();
    const room = newRoom();
    const first = await store.append(room, record("a"), 0);
    await expect(store.append(room, record("late"), 0)).rejects.toThrow(AppendRefused);
    const second = await store.append(room, record("b"), first);
    await expect(store.append(room, record("late2"), first)).rejects.toThrow(AppendRefused);
    expect((await store.last(room))?.sequence).toBe(second);
  });

  test("[R4] of two appends that race for the same place takes one", async () => {
    const store = await open();
    const room = newRoom();
    const outcomes = await Promise.allSettled([store.append(room, record("x"), 0), store.append(room, record("y"), 0)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("keeps rooms apart, also those whose ids differ in case or type", async () => {
    const store = await open();
    const name = randomUUID().slice(0, 8);
    const rooms = [`x${name}`, `X${name}`, `live:x${name}`].map((id) => RoomId.parse(id));
    for (const room of rooms) await store.append(room, record(room), 0);
    for (const room of rooms) expect((await store.last(room))?.batchId).toBe(room);
  });

  test("finds the first record at or after a sequence", async () => {
    const store = await open();
    const [room, other] = [newRoom(), newRoom()];
    const first = await store.append(room, record("a"), 0);
    await store.append(other, record("o"), 0);
    const second = await store.append(room, record("b"), first);
    expect((await store.at(room, 0))?.batchId).toBe("a");
    expect((await store.at(room, first))?.batchId).toBe("a");
    expect((await store.at(room, first + 1))?.sequence).toBe(second);
    expect(await store.at(room, second + 1)).toBeUndefined();
    expect(await store.at(newRoom(), 0)).toBeUndefined();
    expect(await store.last(newRoom())).toBeUndefined();
  });

  test("scans a long run in order, from the middle to a given end, while more is appended", async () => {
    const store = await open();
    const room = newRoom();
    const sequences: number[] = [];
    let last = 0;
    for (let i = 0; i < 150; i++) {
      last = await store.append(room, record(String(i)), last);
      sequences.push(last);
    }
    const seen: string[] = [];
    for await (const { batchId } of store.scan(room, { from: sequences[10] ?? 0, until: sequences[140] ?? 0 })) {
      seen.push(batchId);
      if (seen.length === 5) last = await store.append(room, record("later"), last);
    }
    expect(seen).toEqual(Array.from({ length: 131 }, (_, i) => String(i + 10)));
  });

  test.each([1, 2, 9, 64, 65, 130])(
    "scans all of %i records that lie among those of another room, in order and without one more",
    async (count) => {
      const store = await open();
      const [room, other] = [newRoom(), newRoom()];
      let last = 0;
      let others = 0;
      const sequences: number[] = [];
      for (let i = 0; i <= count; i++) {
        // Dense at the beginning, and thin at the end.
        for (let n = 0; i % 5 === 0 && n < i / 20; n++) others = await store.append(other, record(`o${i}-${n}`), others);
        last = await store.append(room, record(String(i)), last);
        sequences.push(last);
      }
      for (const all of [true, false]) {
        const seen: string[] = [];
        const range = { from: 1, until: sequences[count - 1] ?? 0, all };
        for await (const { batchId } of store.scan(room, range)) seen.push(batchId);
        expect(seen).toEqual(Array.from({ length: count }, (_, i) => String(i)));
      }
    },
  );
}
