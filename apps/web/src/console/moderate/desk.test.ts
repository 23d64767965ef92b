import type { ActionResult } from "@madang/client";
import { describe, expect, test } from "vitest";
import type { Act } from "./acts.ts";
import { Desk } from "./desk.ts";
import { marksOf } from "./marks.ts";

const ban: Act = { verb: "ban", user: "kim" };
const remove: Act = { verb: "delete", offset: 7 };
const refused: ActionResult = { ok: false, problem: { code: 103, message: "permission denied" } };

/** A desk whose room answers by turns, the last answer again and again. */
function desk(...answers: readonly (ActionResult | Error)[]) {
  const asked: Act[] = [];
  const it = new Desk(async (act) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? { ok: true, offset: 100 + asked.length };
    asked.push(act);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const states = () => it.deeds.map(({ act, state }) => [act.verb, state.kind]);
  return { it, asked, states };
}

describe("a moderator's desk", () => {
  test("shows an act as under way at once, and as done when the room says so", async () => {
    const { it, states } = desk();
    const done = it.do(remove);
    expect(states()).toEqual([["delete", "pending"]]);
    expect(marksOf(it.deeds).deleted.get(7)).toBe("pending");
    expect(await done).toBe(true);
    expect(states()).toEqual([["delete", "done"]]);
    expect(marksOf(it.deeds).deleted.get(7)).toBe("done");
  });

  test("shows a refusal, and a failure of any kind, and does it again when it is asked to", async () => {
    const { it, asked, states } = desk(refused, new Error("away"), { ok: true, offset: 9 });
    expect([await it.do(ban), await it.do(remove)]).toEqual([false, false]);
    expect(states()).toEqual([
      ["delete", "failed"],
      ["ban", "failed"],
    ]);
    expect(it.deeds[0]?.state).toEqual({ kind: "failed", problem: { code: 100, message: "away" } });
    expect(await it.again(it.deeds[1]?.id ?? 0)).toBe(true);
    expect(asked).toEqual([ban, remove, ban]);
    expect(states()[1]).toEqual(["ban", "done"]);
  });

  test("takes back the last act, and then the one before it, and never a taking back", async () => {
    const { it, asked } = desk();
    await it.do(ban);
    await it.do(remove);
    expect([await it.undo(), await it.undo(), await it.undo()]).toEqual([true, true, false]);
    expect(asked.slice(2).map(({ verb }) => verb)).toEqual(["undelete", "unban"]);
    expect(marksOf(it.deeds)).toEqual({ deleted: new Map(), users: new Map(), handled: new Map() });
  });

  test("keeps an act that could not be taken back as one that can", async () => {
    const { it, states } = desk({ ok: true, offset: 9 }, refused, { ok: true, offset: 11 });
    await it.do(ban);
    expect(await it.undo()).toBe(false);
    expect(states()).toEqual([
      ["unban", "failed"],
      ["ban", "done"],
    ]);
    expect(await it.undo()).toBe(true);
  });

  test("takes back an approval by deleting what it posted, and a setting by what was before", async () => {
    const { it, asked } = desk();
    await it.do({ verb: "approve", offset: 3 });
    await it.undo();
    await it.do({ verb: "settings", change: { links: false }, before: { links: true } });
    await it.undo();
    expect(asked[1]).toEqual({ verb: "delete", offset: 99 });
    expect(asked[3]).toMatchObject({ verb: "settings", change: { links: true } });
  });

  test("shows what was brought back as nothing that is gone, however it was done", async () => {
    const { it } = desk();
    await it.do(remove);
    await it.do({ verb: "undelete", offset: 7 });
    expect(marksOf(it.deeds).deleted).toEqual(new Map());
    await it.do(remove);
    expect(marksOf(it.deeds).deleted).toEqual(new Map([[7, "done"]]));
  });

  test("remembers a bounded number of acts", async () => {
    const { it } = desk();
    for (let n = 0; n < 150; n++) await it.do({ verb: "delete", offset: n + 1 });
    expect(it.deeds.length).toBe(100);
    expect(it.deeds[0]?.act).toEqual({ verb: "delete", offset: 150 });
  });
});
