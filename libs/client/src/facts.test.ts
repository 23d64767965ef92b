import { expect, test } from "vitest";
import { changed, factsOf, type Info, pinnedMessages, type RoomFacts, unknownFacts } from "./facts.ts";
import type { Publication } from "./wire.ts";

const event = (offset: number, type: string, data: object, tags: object = {}): Publication => ({
  data: data as Publication["data"],
  offset,
  info: { user: "host" },
  tags: { type, id: `id${offset}`, time: "5", ...tags },
});
const pin = (offset: number, target: number, user = "kim") =>
  event(offset, "pinned", {
    offset: target,
    message: { data: { text: `text ${target}` }, info: { user, client: "c" }, time: "4" },
  });
const after = (...events: Publication[]): RoomFacts => events.reduce(changed, unknownFacts);
const textsOf = (facts: RoomFacts) => pinnedMessages(facts, "me").map(({ offset, text }) => [offset, text]);

test("[N5] a room is as it says, and as its events have changed it since", () => {
  const info = {
    title: "A concert",
    state: "scheduled",
    startsAt: 9_000,
    settings: { slowModeMs: 1_000 },
    role: "member",
    counters: { viewers: 1 },
    pinned: [{ data: { text: "hi" }, offset: 4, info: { user: "kim" }, tags: { type: "posted", id: "a", time: "4" } }],
  } as unknown as Info;
  const facts = factsOf(info);
  expect(facts).toMatchObject({
    title: "A concert",
    life: "scheduled",
    startsAt: 9_000,
    role: "member",
    settings: { links: true },
  });
  expect(textsOf(facts)).toEqual([[4, "hi"]]);
  const now = [
    event(5, "configured", { settings: { links: false } }),
    event(6, "configured", { title: "The concert" }),
    event(7, "opened", {}),
  ].reduce(changed, facts);
  expect(now).toMatchObject({ title: "The concert", life: "open", settings: { links: false, slowModeMs: 1_000 } });
  expect(changed(now, event(8, "closed", {})).life).toBe("ended");
});

test("[G6] what is pinned once more is the last; what is gone is no longer pinned, and what is edited reads so", () => {
  expect(textsOf(after(pin(5, 1), pin(6, 2), pin(7, 1)))).toEqual([
    [2, "text 2"],
    [1, "text 1"],
  ]);
  const pinned = after(pin(5, 1), pin(6, 2, "lee"), pin(7, 3));
  expect(textsOf(changed(pinned, event(8, "unpinned", { offset: 1 })))).toHaveLength(2);
  expect(textsOf(changed(pinned, event(8, "deleted", { offset: 3 })))).toHaveLength(2);
  expect(textsOf(changed(pinned, event(8, "purged", { user: "kim", upTo: 7 })))).toEqual([[2, "text 2"]]);
  expect(textsOf(changed(pinned, event(8, "edited", { offset: 3, data: { text: "better" } })))[2]).toEqual([3, "better"]);
  // Its message was deleted before this was given out.
  expect(textsOf(after(event(5, "pinned", { offset: 1 }, { deleted: "true" })))).toEqual([]);
});

test("what does not concern them leaves them the very same", () => {
  const pinned = after(pin(5, 1));
  for (const other of [event(8, "posted", { text: "hi" }), event(8, "deleted", { offset: 2 }), event(8, "edited", { offset: 2 })])
    expect(changed(pinned, other)).toBe(pinned);
});
