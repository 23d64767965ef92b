import { type Line, limits } from "@madang/contracts";
import { lineAt } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { Changes, StoredChanges } from "./changes.ts";

const said = (offset: number, author = "kim") => lineAt(offset, { author, data: { text: "안녕" } });
const read = ({ line }: Pick<Line, "line">) => JSON.parse(Buffer.from(line).toString());
const isGone = (changes: Changes, line: Line) => read(changes.view(line)).tags.deleted === "true";

describe("what was taken away or changed", () => {
  test("a line that nothing was done to is the very same", () => {
    const line = said(1);
    expect(new Changes().view(line)).toBe(line);
  });

  test("a deleted message is a tombstone at its place, with its id and time and nothing of what it said, or who", () => {
    const changes = new Changes();
    changes.delete(1);
    const seen = changes.view(said(1));
    expect(read(seen)).toEqual({ data: {}, offset: 1, tags: { type: "posted", id: "id-1", time: "1000", deleted: "true" } });
    // Whom it was for is as before.
    expect(seen).toMatchObject({ offset: 1, author: "kim", lane: "all" });
    changes.undelete(1);
    expect(isGone(changes, said(1))).toBe(false);
  });

  test("[V6] what repeats the words of a message that is gone, an edit or a pin, does so no longer", () => {
    const changes = new Changes();
    const edit = lineAt(8, { type: "edited", author: "kim", data: { offset: 4, data: { text: "worse" } } });
    const pin = lineAt(9, {
      type: "pinned",
      author: "mod",
      data: { offset: 5, message: { data: { text: "bad" }, info: { user: "kim" } } },
    });
    expect([changes.view(edit), changes.view(pin)]).toEqual([edit, pin]);
    changes.delete(4);
    expect(read(changes.view(edit)).data).toEqual({ offset: 4 });
    expect(changes.view(pin)).toBe(pin);
    changes.purge("kim", 7);
    expect(read(changes.view(pin))).toMatchObject({ data: { offset: 5 }, tags: { deleted: "true" } });
    expect(JSON.stringify(read(changes.view(pin)))).not.toContain("bad");
  });

  test("a tombstone of a masked or released message tells neither", () => {
    const line = lineAt(3, { author: "kim", tags: { masked: "true", held: "1" } });
    const changes = new Changes();
    changes.delete(3);
    expect(read(changes.view(line)).tags).toEqual({ type: "posted", id: "id-3", time: "1000", deleted: "true" });
  });

  test("a purge takes all of a user's messages up to its offset, and no other's", () => {
    const changes = new Changes();
    changes.purge("kim", 5);
    const gone = [said(5), said(6), said(5, "lee"), lineAt(5)].map((line) => isGone(changes, line));
    expect(gone).toEqual([true, false, false, false]);
    changes.unpurge("kim");
    expect(isGone(changes, said(5))).toBe(false);
  });

  test("what was purged and deleted by itself stays deleted when the purge is undone", () => {
    const changes = new Changes();
    changes.purge("kim", 5);
    changes.delete(4);
    changes.unpurge("kim");
    expect([isGone(changes, said(4)), isGone(changes, said(5))]).toEqual([true, false]);
    expect([changes.isDeleted(4), changes.isDeleted(5), changes.purgedUpTo("kim")]).toEqual([true, false, 0]);
  });

  test("an edited message has its new data and who changed it when; deleted it is gone, and back as edited", () => {
    const changes = new Changes();
    changes.edit(1, { by: 7, data: { text: "hi" } });
    changes.edit(1, { by: 9, data: { text: "hello" } });
    const now = { ...read(said(1)), data: { text: "hello" }, tags: { ...read(said(1)).tags, edited: "9" } };
    expect(read(changes.view(said(1)))).toEqual(now);
    changes.delete(1);
    expect(isGone(changes, said(1))).toBe(true);
    changes.undelete(1);
    expect(read(changes.view(said(1)))).toEqual(now);
  });

  test("only messages are changed", () => {
    const changes = new Changes();
    changes.delete(1);
    changes.purge("kim", 9);
    const event = lineAt(1, { type: "gifted", author: "kim" });
    expect(changes.view(event)).toBe(event);
  });

  test("the newest are remembered, in number and in bytes", () => {
    const changes = new Changes();
    for (let n = 1; n <= limits.changesRemembered + 1; n++) changes.delete(n);
    // What is done again is new.
    changes.delete(2);
    changes.delete(limits.changesRemembered + 2);
    expect([1, 2, 3, 4].map((n) => changes.isDeleted(n))).toEqual([false, true, false, true]);
    for (let n = 1; n <= limits.purgesRemembered + 1; n++) changes.purge(`u${n}`, n);
    expect([changes.purgedUpTo("u1"), changes.purgedUpTo("u2")]).toEqual([0, 2]);
    const long = { text: "x".repeat(8_000) };
    for (let n = 1; n <= 50; n++) changes.edit(10_000 + n, { by: n, data: long });
    const edits = changes.toStored().changed.filter(([, { kind }]) => kind === "edited");
    expect(edits.length).toBe(Math.floor((256 * 1024) / Buffer.byteLength(JSON.stringify(long))));
    expect(edits.at(-1)?.[0]).toBe(10_050);
    // An edit that takes another's place is not counted twice.
    for (let n = 0; n < 50; n++) changes.edit(10_050, { by: n, data: long });
    expect(changes.toStored().changed.filter(([, { kind }]) => kind === "edited").length).toBe(edits.length);
  });

  test("cover what a gateway's ring holds: of so many authors that were purged, none shows again", () => {
    const changes = new Changes();
    for (let n = 1; n <= limits.ringLines; n++) changes.purge(`u${n}`, limits.ringLines);
    for (let n = 1; n <= limits.ringLines; n++) expect(isGone(changes, said(n, `u${n}`))).toBe(true);
  });

  test("an edit that is forgotten for want of space shows the original text, and no edit brings back what was deleted", () => {
    const changes = new Changes();
    changes.edit(1, { by: 7, data: { text: "hello" } });
    changes.edit(2, { by: 8, data: { text: "hello" } });
    changes.delete(2);
    for (let n = 0; n < 40; n++) changes.edit(10 + n, { by: 100 + n, data: { text: "x".repeat(8_000) } });
    expect(changes.view(said(1))).toEqual(said(1));
    expect(isGone(changes, said(2))).toBe(true);
  });

  test("are the same after they were stored, and in the same order", () => {
    const changes = new Changes();
    changes.delete(5, "moderator");
    changes.delete(3);
    changes.edit(4, { by: 6, data: { text: "hi" } });
    changes.purge("kim", 2);
    const stored = StoredChanges.parse(JSON.parse(JSON.stringify(changes.toStored())));
    expect(Changes.restore(stored).toStored()).toEqual(changes.toStored());
    expect([3, 4, 5].map((offset) => Changes.restore(stored).deleterOf(offset))).toEqual([undefined, undefined, "moderator"]);
  });
});
