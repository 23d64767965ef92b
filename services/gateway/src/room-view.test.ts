import type { Line } from "@madang/contracts";
import { type LineParts, lineAt } from "@madang/devkit";
import { RoomState } from "@madang/room-state";
import { describe, expect, test } from "vitest";
import { RoomView } from "./room-view.ts";
import { recipient } from "./test-viewer.ts";

const act = (offset: number, type: Line["type"], data: LineParts["data"]) => lineAt(offset, { type, ...(data ? { data } : {}) });
const ban = (offset: number, user: string) => act(offset, "moderated", { action: "ban", user });
const grant = (offset: number, user: string) => act(offset, "granted", { user, role: "moderator" });

/** The card as an owner writes it after those lines. */
function cardOf(...lines: Line[]): Uint8Array {
  const state = new RoomState();
  for (const { line } of lines) state.apply(JSON.parse(Buffer.from(line).toString()));
  return Buffer.from(JSON.stringify(state.toStored()));
}

/** A view of a room that stands at `offset`. */
function viewAt(offset: number, card?: Uint8Array): RoomView {
  const view = new RoomView();
  view.startAt(offset);
  if (card) view.take(card);
  return view;
}

const isBanned = (view: RoomView, user: string) => view.isBanned(user, 1_000);

describe("what a gateway knows of a room", () => {
  test("[V1] is its card and every event after it", () => {
    const view = viewAt(3, cardOf(ban(3, "kim")));
    expect([isBanned(view, "kim"), isBanned(view, "lee")]).toEqual([true, false]);
    expect(view.apply([lineAt(4), ban(5, "lee")])).toEqual({ banned: ["lee"], restored: false });
    expect([isBanned(view, "kim"), isBanned(view, "lee")]).toEqual([true, true]);
    expect(view.state.offset).toBe(5);
  });

  test("[V1] a card that it has gone past says nothing new, one that is ahead does", () => {
    const view = viewAt(0);
    view.apply([grant(1, "kim"), lineAt(2), lineAt(3)]);
    const { state } = view;
    expect(view.take(cardOf(grant(1, "kim"))).banned).toEqual([]);
    expect(view.state).toBe(state);
    expect(view.take(cardOf(grant(1, "kim"), ban(6, "lee")))).toEqual({ banned: "anybody", restored: false });
    expect([isBanned(view, "lee"), view.isStaff(recipient("kim"))]).toEqual([true, true]);
    // The lines that the card was ahead of change nothing any more.
    view.apply([lineAt(4), lineAt(5), act(6, "moderated", { action: "unban", user: "lee" })]);
    expect(isBanned(view, "lee")).toBe(true);
  });

  test("[V1] an act that passed it by comes with the card, though it has seen later ones", () => {
    // The room stood at 9 when this gateway came, its card at 3: the ban of 9 was on its way to the card.
    const view = viewAt(9, cardOf(grant(3, "choi")));
    view.apply([lineAt(10), ban(11, "lee"), lineAt(12)]);
    expect(isBanned(view, "kim")).toBe(false);
    view.take(cardOf(grant(3, "choi"), ban(9, "kim")));
    expect(["kim", "lee"].map((user) => isBanned(view, user))).toEqual([true, true]);
    expect(view.isStaff(recipient("choi"))).toBe(true);
    // Now nothing is missing, and older cards are not looked at.
    const { state } = view;
    view.take(cardOf(grant(3, "choi"), ban(9, "kim"), ban(11, "lee")));
    expect(view.state).toBe(state);
  });

  test("[V1] lines that were lost on their way may have held anything: then a card counts again", () => {
    const view = viewAt(0);
    view.apply([ban(1, "kim")]);
    view.startAt(50);
    view.apply([ban(51, "lee")]);
    view.take(cardOf(ban(1, "kim"), ban(40, "choi")));
    expect(["kim", "lee", "choi"].map((user) => isBanned(view, user))).toEqual([true, true, true]);
    view.reset();
    expect(isBanned(view, "kim")).toBe(false);
  });

  test("a card of another version is refused, and what is known stays", () => {
    const view = viewAt(1, cardOf(ban(1, "kim")));
    expect(() => view.take(Buffer.from('{"v":2,"offset":7}'))).toThrow();
    expect(() => view.take(Buffer.from("garbage"))).toThrow();
    expect(isBanned(view, "kim")).toBe(true);
  });

  test("counts messages without reading them", () => {
    const view = viewAt(0);
    view.apply([lineAt(1), { ...lineAt(2), line: Buffer.from("no JSON at all") }]);
    expect([view.state.totals.comments, view.state.offset]).toEqual([2, 2]);
  });

  test("[V2] who is staff: by the token or by a grant in the room", () => {
    const view = viewAt(0);
    view.apply([grant(1, "kim")]);
    expect(["kim", "lee"].map((user) => view.isStaff(recipient(user)))).toEqual([true, false]);
    expect(view.isStaff(recipient("lee", { role: "owner" }))).toBe(true);
    view.apply([act(2, "granted", { user: "kim", role: "viewer" })]);
    expect(view.isStaff(recipient("kim"))).toBe(false);
  });

  test("[V4] a line is for the part of the audience that it was written for, as the audience was split then", () => {
    const view = viewAt(0);
    const inPart = (shards: number, part: number) => ({ ...recipient("kim"), hash: shards * 7 + part });
    const line = (offset: number, part: number) => lineAt(offset, { lane: `shard:${part}`, author: "lee" });
    view.apply([act(1, "resharded", { shards: 2 }), line(2, 1), act(3, "resharded", { shards: 4 })]);
    const reader = { ...recipient("kim"), hash: 3 };
    // Of two parts they are in the second, of four in the last.
    expect(view.isFor(line(2, 1), reader)).toBe(true);
    expect(view.isFor(line(4, 1), reader)).toBe(false);
    expect(view.isFor(line(4, 3), reader)).toBe(true);
    expect(view.isFor(line(4, 3), inPart(4, 2))).toBe(false);
    expect([view.shardsAt(0), view.shardsAt(2), view.shardsAt(9)]).toEqual([1, 2, 4]);
    // A card that is ahead of the event changes nothing for the lines before it.
    const late = viewAt(2, cardOf(act(1, "resharded", { shards: 2 }), lineAt(2)));
    late.take(cardOf(act(1, "resharded", { shards: 2 }), act(5, "resharded", { shards: 4 }), lineAt(9)));
    expect(late.shardsAt(4)).toBe(2);
    late.apply([lineAt(3), lineAt(4), act(5, "resharded", { shards: 4 })]);
    expect([late.shardsAt(4), late.shardsAt(5), late.shardsAt(10)]).toEqual([2, 4, 4]);
  });

  test("[V6] tells what is back, and reads lines as they are now", () => {
    const view = viewAt(0);
    view.apply([lineAt(1), act(2, "deleted", { offset: 1, user: "kim" })]);
    expect(Buffer.from(view.read(lineAt(1)).line).toString()).toContain('"deleted":"true"');
    expect(view.restoredAt).toBeUndefined();
    expect(view.apply([act(3, "restored", { offset: 1 })])).toEqual({ banned: [], restored: true });
    expect(view.restoredAt).toBe(3);
    expect(view.read(lineAt(1)).line).toEqual(lineAt(1).line);
  });
});
