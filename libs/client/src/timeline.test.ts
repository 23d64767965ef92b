import { seeded } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import type { Entry, Gap, Message } from "./model.ts";
import { keptAtEnd, keptWhileReading, Timeline } from "./timeline.ts";
import type { Publication } from "./wire.ts";

const event = (offset: number, type: string, data: Publication["data"], user = "kim"): Publication => ({
  data,
  offset,
  info: { user },
  tags: { type, id: `id${offset}`, time: String(1_000 + offset) },
});
const posted = (offset: number, user?: string) => event(offset, "posted", { text: `text ${offset}` }, user);
const posts = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => posted(from + i));
const skip = (from: number, to: number, count: number): Publication => ({
  data: { from, to, count },
  offset: to,
  tags: { type: "skip" },
});
const echo = (id: string): Message => ({
  kind: "message",
  key: `own-${id}`,
  id,
  author: { user: "me", name: "me" },
  mine: true,
  mentionsMe: false,
  at: 0,
  text: id,
  data: { text: id },
  edited: false,
  deleted: false,
  masked: false,
  state: { kind: "sending" },
});

function timelineAt(head = 0): Timeline {
  const timeline = new Timeline();
  timeline.belongTo({ user: "me", name: "me" });
  timeline.start(head);
  return timeline;
}

const shown = (timeline: Timeline) => timeline.entries.map(brief);
function brief(entry: Entry): unknown {
  switch (entry.kind) {
    case "message":
      return entry.offset ?? `${entry.text}:${entry.state.kind}`;
    case "skipped":
      return `skipped ${entry.count}`;
    case "gap":
      return `gap ${entry.from}-${entry.to}`;
    default:
      return `${entry.kind} ${entry.offset}`;
  }
}
const gapOf = (timeline: Timeline) => timeline.entries.find((entry): entry is Gap => entry.kind === "gap") as Gap;
const textsOf = (timeline: Timeline) => timeline.entries.map((entry) => (entry.kind === "message" ? entry.text : entry.kind));

describe("a timeline", () => {
  test("[H3] a page that comes after live events stands before them, and none is there twice", () => {
    const timeline = timelineAt(5);
    timeline.live(posted(6));
    timeline.latest(posts(3, 6).reverse(), { reachesStart: false });
    timeline.live(posted(7));
    expect(shown(timeline)).toEqual([3, 4, 5, 6, 7]);
    expect(timeline.hasOlder).toBe(true);
    timeline.older(posts(1, 2).reverse());
    expect(shown(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(timeline.hasOlder).toBe(false);
  });

  test("[V2] offsets of lanes that are not ours are no gap", () => {
    const timeline = timelineAt();
    timeline.live(posted(3));
    timeline.live(posted(9));
    expect(shown(timeline)).toEqual([3, 9]);
  });

  test("[S6] what was missed is a gap, which the newest page and pages from its beginning make smaller", () => {
    const timeline = timelineAt();
    for (const post of posts(1, 3)) timeline.live(post);
    timeline.missed(2_000);
    expect(shown(timeline)).toEqual([1, 2, 3, "gap 4-2000"]);
    timeline.live(posted(2_001));
    timeline.latest(posts(1_999, 2_001), { reachesStart: false });
    expect(shown(timeline)).toEqual([1, 2, 3, "gap 4-1998", 1_999, 2_000, 2_001]);
    const { key } = gapOf(timeline);
    timeline.fill(key, posts(4, 5));
    expect(shown(timeline)).toEqual([1, 2, 3, 4, 5, "gap 6-1998", 1_999, 2_000, 2_001]);
    timeline.fill(key, [posted(1_998), posted(1_999)]);
    expect(shown(timeline)).toEqual([1, 2, 3, 4, 5, 1_998, 1_999, 2_000, 2_001]);
  });

  test("[H1] a gap in which there is nothing for us is gone", () => {
    const timeline = timelineAt();
    timeline.live(posted(1));
    timeline.missed(50);
    timeline.fill(gapOf(timeline).key, []);
    expect(shown(timeline)).toEqual([1]);
  });

  test("[V3] what was left out of a flood is told, and told as one while it goes on", () => {
    const timeline = timelineAt();
    timeline.live(posted(1));
    timeline.live(skip(2, 9, 8));
    timeline.live(posted(10));
    timeline.live(skip(10, 19, 9));
    timeline.live(posted(20));
    expect(shown(timeline)).toEqual([1, "skipped 17", 10, 20]);
    timeline.live(skip(10, 19, 9));
    expect(shown(timeline)).toEqual([1, "skipped 17", 10, 20]);
  });

  test("[V6] what is deleted, purged or edited live reads as history tells it", () => {
    const timeline = timelineAt();
    for (const post of [posted(1), posted(2, "lee"), posted(3), posted(4, "lee")]) timeline.live(post);
    timeline.live(event(5, "edited", { offset: 3, data: { text: "better" } }));
    timeline.live(event(6, "deleted", { offset: 1, user: "kim" }, "mod"));
    timeline.live(event(7, "purged", { user: "lee", upTo: 3 }, "mod"));
    expect(textsOf(timeline)).toEqual(["", "", "better", "text 4"]);
    expect(timeline.entries[0]).toEqual({
      kind: "message",
      key: "1",
      offset: 1,
      id: "id1",
      mine: false,
      mentionsMe: false,
      at: 1_001,
      text: "",
      data: {},
      edited: false,
      deleted: true,
      masked: false,
      state: { kind: "sent" },
    });
    expect(timeline.entries[2]).toMatchObject({ edited: true, data: { text: "better" } });
  });

  test("[V6] a page that was written down before a message was taken away does not bring it back", () => {
    const timeline = timelineAt(3);
    timeline.live(event(4, "deleted", { offset: 2, user: "kim" }, "mod"));
    timeline.live(event(5, "edited", { offset: 3, data: { text: "better" } }));
    timeline.latest(posts(1, 3), { reachesStart: false });
    expect(textsOf(timeline)).toEqual(["text 1", "", "better"]);
  });

  test("[G4] what is restored is asked for again", () => {
    const timeline = timelineAt();
    for (const post of posts(1, 3)) timeline.live(post);
    timeline.live(event(4, "deleted", { offset: 2, user: "kim" }));
    expect(timeline.live(event(5, "restored", { offset: 2 }))).toEqual({ from: 2, to: 2 });
    timeline.reread([posted(2)]);
    expect(textsOf(timeline)).toEqual(["text 1", "text 2", "text 3"]);
    timeline.live(event(6, "purged", { user: "kim", upTo: 2 }));
    expect(timeline.live(event(7, "restored", { user: "kim" }))).toEqual({ from: 1, to: 2 });
  });

  test("[V9] whom one blocks is gone at once, and back when one does not any more", () => {
    const timeline = timelineAt();
    for (const post of [posted(1), posted(2, "lee"), posted(3)]) timeline.live(post);
    timeline.hide("lee", true);
    expect(shown(timeline)).toEqual([1, 3]);
    timeline.hide("lee", false);
    expect(shown(timeline)).toEqual([1, 2, 3]);
  });

  test("the oldest leave: beyond 1,000 at the end, beyond 5,000 while one reads elsewhere", () => {
    const timeline = timelineAt();
    for (const post of posts(1, keptAtEnd + 1)) timeline.live(post);
    expect(timeline.entries).toHaveLength(keptAtEnd);
    expect(shown(timeline)[0]).toBe(2);
    expect(timeline.hasOlder).toBe(true);
    timeline.setReading(false);
    for (const post of posts(keptAtEnd + 2, 6_500)) timeline.live(post);
    expect(timeline.entries).toHaveLength(keptWhileReading);
    expect(timeline.oldest).toBe(1_501);
    timeline.setReading(true);
    expect(shown(timeline)[0]).toBe(5_501);
  });

  test("a view that did not change is the very same", () => {
    const timeline = timelineAt();
    timeline.live(posted(1));
    const { entries } = timeline;
    timeline.live(event(2, "resharded", { shards: 2 }));
    timeline.latest([posted(1)], { reachesStart: false });
    expect(timeline.entries).toBe(entries);
    timeline.live(posted(3));
    expect(timeline.entries).not.toBe(entries);
    expect(timeline.entries[0]).toBe(entries[0]);
  });
});

describe("one's own messages", () => {
  const own = (offset: number, id: string): Publication => ({ ...posted(offset, "me"), tags: { type: "posted", id, time: "5" } });

  test("[P4] stand at the end until they have a place, whichever of answer and event comes first, with the same key", () => {
    for (const first of ["answer", "event"]) {
      const timeline = timelineAt();
      timeline.say(echo("a"));
      timeline.say(echo("b"));
      timeline.live(posted(1));
      expect(shown(timeline)).toEqual([1, "a:sending", "b:sending"]);
      const steps = [() => timeline.settle("own-a", { kind: "sent" }, 2), () => timeline.live(own(2, "a"))];
      for (const step of first === "answer" ? steps : steps.reverse()) {
        step();
        expect(shown(timeline)).toEqual([1, 2, "b:sending"]);
        expect(timeline.entries[1]?.key).toBe("own-a");
      }
      expect(timeline.entries[1]).toMatchObject({ text: "text 2", state: { kind: "sent" } });
    }
  });

  test("[C7] what was said before one knew who one is has its author as soon as that is known", () => {
    const timeline = new Timeline();
    timeline.say({ ...echo("a"), author: { user: "", name: "" } });
    timeline.belongTo({ user: "anon_12345", name: "anon_1234" });
    expect(timeline.entries).toMatchObject([{ text: "a", author: { user: "anon_12345", name: "anon_1234" } }]);
  });

  test("[P7] one that was refused may be sent again, and goes to the end", () => {
    const timeline = timelineAt();
    timeline.say(echo("a"));
    timeline.say(echo("b"));
    expect(timeline.again("own-a", 9)).toBeUndefined();
    timeline.settle("own-a", { kind: "refused", problem: { code: 1102, message: "too soon" } });
    expect(shown(timeline)).toEqual(["a:refused", "b:sending"]);
    expect(timeline.again("own-a", 9)).toMatchObject({ key: "own-a", at: 9, state: { kind: "sending" } });
    expect(shown(timeline)).toEqual(["b:sending", "a:sending"]);
    timeline.discard("own-a");
    expect(shown(timeline)).toEqual(["b:sending"]);
  });

  test("[G7] one that is held has its place, and another once it is let through", () => {
    const timeline = timelineAt();
    timeline.say(echo("a"));
    timeline.settle("own-a", { kind: "held" }, 1);
    timeline.live(posted(2));
    expect(timeline.entries[0]).toMatchObject({ key: "own-a", state: { kind: "held" } });
    timeline.live(own(3, "a"));
    expect(shown(timeline)).toEqual([2, 3]);
    expect(timeline.entries[1]?.key).toBe("own-a");
  });

  test("[P6] one whose answer was lost and whose event is in a page is there once", () => {
    const timeline = timelineAt();
    timeline.say(echo("a"));
    timeline.missed(1_500);
    timeline.latest([posted(1_499), own(1_500, "a")], { reachesStart: false });
    expect(shown(timeline)).toEqual([1_499, 1_500]);
    timeline.settle("own-a", { kind: "sent" }, 1_500);
    expect(shown(timeline)).toEqual([1_499, 1_500]);
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "[S4] [S5] [S6] [H3] [V6] in any order of pages, live and recovered events there is one list (seed %i)",
  (seed) => {
    const random = seeded(seed);
    const upTo = (most: number) => random.int(most);
    // A room's life, and how it reads at any time.
    const log: Publication[] = [];
    const grow = () => {
      const offset = log.length + 1;
      const target = upTo(offset - 1) + 1;
      const user = ["kim", "lee", "me"][upTo(3)] as string;
      const kinds: (() => Publication)[] = [
        () => event(offset, "edited", { offset: target, data: { text: `edit ${offset}` } }, log[target - 1]?.info?.user),
        () => event(offset, "deleted", { offset: target, user: "kim" }, "mod"),
        () => event(offset, "purged", { user, upTo: offset - 1 }, "mod"),
        () => event(offset, "restored", upTo(2) === 0 ? { offset: target } : { user }, "mod"),
        () => event(offset, "opened", {}, "mod"),
      ];
      const rare = upTo(30);
      // Nobody edits what is gone.
      const isGone =
        rare === 0 &&
        offset > 1 &&
        readAt(log.length, target).tags.type + String(readAt(log.length, target).tags.deleted) !== "postedundefined";
      log.push(rare < kinds.length && offset > 3 && !isGone ? (kinds[rare] as () => Publication)() : posted(offset, user));
    };
    const readAt = (head: number, offset: number): Publication => {
      const original = log[offset - 1] as Publication;
      if (original.tags.type !== "posted") return original;
      let now = original;
      let deleted = false;
      let purged = false;
      for (const change of log.slice(offset, head)) {
        const isTarget = change.data.offset === offset;
        const isUser = change.data.user === original.info?.user && change.data.offset === undefined;
        if (change.tags.type === "edited" && isTarget && !deleted && !purged)
          now = { ...now, data: change.data.data as Publication["data"], tags: { ...now.tags, edited: String(change.offset) } };
        if (change.tags.type === "deleted" && isTarget) deleted = true;
        if (change.tags.type === "purged" && isUser) purged = true;
        if (change.tags.type === "restored" && isTarget) deleted = false;
        if (change.tags.type === "restored" && isUser) purged = false;
      }
      const { type = "", id = "", time = "" } = original.tags;
      return deleted || purged ? { data: {}, offset, tags: { type, id, time, deleted: "true" } } : now;
    };
    const page = (from: number, to: number) => {
      const head = log.length;
      return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => readAt(head, from + i));
    };

    for (let i = 0; i < 40; i++) grow();
    const timeline = timelineAt(log.length);
    let delivered = log.length;
    // Answers on their way: written down when they were asked for, and read some events later.
    let answers: (() => void)[] = [];
    const latest = () => {
      const events = page(Math.max(1, delivered - 9), delivered).reverse();
      answers.push(() => timeline.latest(events, { reachesStart: false }));
    };
    latest();
    const reread = (range: { from: number; to: number } | undefined) => {
      if (range === undefined) return;
      const events = page(range.from, range.to);
      answers.push(() => timeline.reread(events));
    };
    const deliver = (head: number) => {
      for (; delivered < head; delivered++) reread(timeline.live(log[delivered] as Publication));
    };
    const older = () => {
      const { oldest } = timeline;
      const events = page(Math.max(1, oldest - 8), oldest - 1).reverse();
      answers.push(() => {
        if (timeline.oldest === oldest) timeline.older(events);
      });
    };
    const fill = () => {
      const gap = timeline.entries.find((entry): entry is Gap => entry.kind === "gap");
      if (gap === undefined) return;
      const events = page(gap.from, Math.min(log.length, gap.from + 5));
      answers.push(() => {
        if (timeline.gap(gap.key)?.from === gap.from) timeline.fill(gap.key, events);
      });
    };
    const answer = () => {
      const next = answers.shift();
      next?.();
    };
    const lose = () => {
      // Away for a while, and too long.
      const before = timeline.held;
      for (let i = 0; i < 15; i++) grow();
      answers = [];
      delivered = log.length;
      timeline.missed(delivered);
      reread(before);
      latest();
    };
    for (let step = 0; step < 300; step++) {
      const which = upTo(20);
      if (which < 9) grow();
      else if (which < 14) deliver(delivered + upTo(log.length - delivered + 1));
      else if (which < 17) answer();
      else if (which === 17) older();
      else if (which === 18) fill();
      else if (upTo(10) === 0) lose();
      const places = timeline.entries
        .map((entry) => ("offset" in entry ? entry.offset : undefined))
        .filter((one) => one !== undefined);
      expect(places).toEqual([...new Set(places)].sort((one, other) => one - other));
    }
    deliver(log.length);
    while (answers.length > 0) answer();
    for (let i = 0; i < 400 && (timeline.hasOlder || timeline.entries.some(({ kind }) => kind === "gap")); i++) {
      older();
      fill();
      while (answers.length > 0) answer();
    }
    const expected = timelineAt();
    expected.latest(page(1, log.length), { reachesStart: true });
    expect(timeline.entries).toEqual(expected.entries);
  },
);
