import { limits, MemberId, RoomId } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { noFindings } from "./audit.ts";
import { AuditBoard } from "./audit-board.ts";

const self = MemberId.parse("p-1");
const mismatch = (name: string, from = 1) => ({ room: RoomId.parse(`live:${name}`), what: "missing" as const, from, to: from });
const figures = { ...noFindings().sum, rounds: 1, rooms: 3, missing: 2 };

describe("what the audit has found", () => {
  test("[O2] is told with when its last round ended, and nothing before the first", () => {
    const board = new AuditBoard();
    expect(board.show(self)).toEqual({ member: self, ...noFindings().sum, findings: [] });
    board.hear({ kind: "round", figures }, 5_000);
    expect(board.show(self)).toEqual({ member: self, ...figures, roundAt: 5_000, findings: [] });
  });

  test("[O2] is told once, however often it is found, the newest first, and only the last few", () => {
    const board = new AuditBoard();
    for (const [time, name] of ["a", "b", "a"].entries()) board.hear({ kind: "mismatch", mismatch: mismatch(name) }, time);
    expect(board.show(self).findings).toEqual([
      { ...mismatch("a"), at: 2 },
      { ...mismatch("b"), at: 1 },
    ]);
    for (let n = 0; n < 2 * limits.operateFindings; n++) board.hear({ kind: "mismatch", mismatch: mismatch("c", n) }, 10 + n);
    expect(board.show(self).findings).toHaveLength(limits.operateFindings);
    expect(board.show(self).findings[0]?.from).toBe(2 * limits.operateFindings - 1);
  });

  test("[O2] is forgotten when it begins anew", () => {
    const board = new AuditBoard();
    board.hear({ kind: "mismatch", mismatch: mismatch("a") }, 1);
    board.hear({ kind: "round", figures }, 2);
    board.begin();
    expect(board.show(self)).toEqual({ member: self, ...noFindings().sum, findings: [] });
  });
});
