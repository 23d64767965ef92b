/** Gifts, which the site may tell of more than once. */
import { ErrorCode, limits } from "@madang/contracts";
import { LogUnavailable } from "@madang/log";
import { describe, expect, test, vi } from "vitest";
import { committed, everything, kim, room, snapshotOf, world } from "./test-world.ts";

describe("a gift", () => {
  const hourMs = 3_600_000;
  const gift = { type: "gift", user: kim, amount: 700, currency: "KRW" } as const;
  const notNow = { v: 1, kind: "refused", refusal: ErrorCode.historyUnavailable };

  /** A room whose first event, a gift, was purged before any snapshot knew it. */
  async function purged() {
    const at = world();
    const save = vi.spyOn(at.snapshots, "save").mockRejectedValue(new LogUnavailable("away"));
    const first = at.service("first");
    expect(await first.act("pay-1", gift)).toEqual(committed(1));
    await first.rooms.drain(5_000);
    save.mockRestore();
    at.records.forget(room, everything);
    return { at, heir: at.service("heir", async () => ({ epoch: "e", offset: 1 })) };
  }

  test("[G27] counts once, when it is told of again an hour later and to the next owner, with the store away", async () => {
    const at = world();
    const { act, send, rooms } = at.service();
    await send("1");
    expect(await act("pay-1", gift)).toEqual(committed(2));
    at.pass(hourMs);
    expect(await act("pay-1", gift)).toEqual(committed(2, true));
    // One that finds it in the log, and one that finds it in a snapshot.
    const heir = at.service("heir");
    expect(await heir.act("pay-1", gift)).toEqual(committed(2, true));
    expect(await heir.act("pay-2", gift)).toEqual(committed(3));
    await heir.rooms.drain(5_000);
    at.records.forget(room, everything);
    at.pass(hourMs);
    const last = at.service("last", async () => ({ epoch: "e", offset: 3 }));
    for (const [id, offset] of Object.entries({ "pay-1": 2, "pay-2": 3 }))
      expect(await last.act(id, gift)).toEqual(committed(offset, true));
    await last.rooms.drain(5_000);
    expect((await snapshotOf(at)).room.totals).toMatchObject({ gifts: 2, amounts: { KRW: 1_400 } });
    await rooms.drain(5_000);
  });

  test("[G27] that was purged before a snapshot knew it is where the store says, and is not taken before it can say", async () => {
    const { at, heir } = await purged();
    expect(await heir.act("pay-1", gift)).toEqual(notNow);
    at.store.gift = async () => ({ upTo: 0 });
    expect(await heir.act("pay-1", gift)).toEqual(notNow);
    at.store.gift = async (id) => ({ upTo: 1, ...(id === "pay-1" ? { offset: 1 } : {}) });
    expect(await heir.act("pay-1", gift)).toEqual(committed(1, true));
    expect(await heir.act("pay-2", gift)).toEqual(committed(2));
    // Of what came since, the room knows by itself.
    at.store.gift = async () => undefined;
    at.pass(hourMs);
    expect(await heir.act("pay-2", gift)).toEqual(committed(2, true));
    expect(await heir.act("pay-3", gift)).toEqual(notNow);
  });

  test("[G27] counts once when it is told of twice while the store is asked, and nobody else waits for that", async () => {
    const { at, heir } = await purged();
    const asked = Promise.withResolvers<{ upTo: number }>();
    at.store.gift = () => asked.promise;
    const both = [heir.act("pay-2", gift), heir.act("pay-2", gift)];
    expect(await heir.send("x")).toEqual(committed(2));
    asked.resolve({ upTo: 1 });
    expect(await Promise.all(both)).toEqual([committed(3), committed(3, true)]);
  });

  test("[G27] of a room that a former version has saved is where the store says", async () => {
    const at = world();
    const before = at.service();
    await before.act("pay-1", gift);
    await before.rooms.drain(5_000);
    const { revision, ...snapshot } = (await at.snapshots.load(room)) as NonNullable<
      Awaited<ReturnType<typeof at.snapshots.load>>
    >;
    const { gifts: _, ...state } = snapshot.state as Record<string, unknown>;
    await at.snapshots.save(room, { ...snapshot, state }, revision);
    at.pass(hourMs);
    const heir = at.service("heir");
    expect(await heir.act("pay-1", gift)).toEqual(notNow);
    at.store.gift = async () => ({ offset: 1, upTo: 1 });
    expect(await heir.act("pay-1", gift)).toEqual(committed(1, true));
  });

  test("[G27] is known from a sealed segment; where that is gone, the store is asked", async () => {
    const at = world();
    const before = at.service();
    const count = limits.giftSegment + 10;
    await Promise.all(Array.from({ length: count }, (_, i) => before.act(`pay-${i}`, gift)));
    await before.rooms.drain(5_000);
    at.pass(hourMs);
    const heir = at.service("heir");
    for (const i of [0, count - 1]) expect(await heir.act(`pay-${i}`, gift)).toEqual(committed(i + 1, true));
    await heir.rooms.drain(5_000);
    vi.spyOn(at.gifts, "get").mockResolvedValue(undefined);
    const last = at.service("last");
    expect(await last.act(`pay-${count - 1}`, gift)).toEqual(committed(count, true));
    expect(await last.act("pay-0", gift)).toEqual(notNow);
    at.store.gift = async () => ({ offset: 1, upTo: count });
    expect(await last.act("pay-0", gift)).toEqual(committed(1, true));
  });
});
