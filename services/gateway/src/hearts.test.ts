import type { RoomAnswer } from "@madang/bus";
import { ClientId, type HeartsCommand, limits, MessageId, RoomId, type RoomReply, UserId } from "@madang/contracts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Hearts, HeartsGatherer } from "./hearts.ts";

const room = RoomId.parse("live:a");
const other = RoomId.parse("live:b");

const hearts = (id: string, { user = "kim", client = "c1", kind = "❤️", count = 1 } = {}): Hearts => ({
  user: UserId.parse(user),
  client: ClientId.parse(client),
  id: MessageId.parse(id),
  kind,
  count,
});
const all = ({ hearts }: HeartsCommand): RoomReply => ({ v: 1, kind: "counted", counts: hearts.map(([, , , count]) => count) });

/** A gatherer, and what it has asked of rooms. */
function gathering(
  answer: (command: HeartsCommand) => RoomAnswer | Promise<RoomAnswer> = (command) => all(command) as RoomAnswer,
) {
  const asked: { room: RoomId; command: HeartsCommand; withinMs: number | undefined; at: number }[] = [];
  const gatherer = new HeartsGatherer({
    rooms: {
      ask: async (room, command, { withinMs } = {}) => {
        asked.push({ room, command: command as HeartsCommand, withinMs, at: Date.now() });
        return answer(command as HeartsCommand);
      },
    },
  });
  return { gatherer, asked };
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("hearts of a room", () => {
  test("[N2] go to its owner together, after a moment, and each call is answered with its own count", async () => {
    const { gatherer, asked } = gathering();
    const answers = [
      gatherer.add(room, hearts("h1", { count: 3 })),
      gatherer.add(room, hearts("h1", { user: "lee", count: 5 })),
      gatherer.add(other, hearts("h2", { count: 7, kind: "🎉" })),
    ];
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs - 1);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect((await Promise.all(answers)).map((answer) => answer.kind === "counted" && answer.count)).toEqual([3, 5, 7]);
    expect(asked.map(({ room, command }) => [room, command.hearts])).toEqual([
      [
        room,
        [
          ["kim", "h1", "❤️", 3],
          ["lee", "h1", "❤️", 5],
        ],
      ],
      [other, [["kim", "h2", "🎉", 7]]],
    ]);
  });

  test("[N2] that fill a batch do not wait", async () => {
    const { gatherer, asked } = gathering();
    const many = Array.from({ length: limits.heartsPerBatch + 1 }, (_, n) =>
      gatherer.add(room, hearts("h", { user: `u${n}`, client: `c${n}` })),
    );
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.map(({ command, at }) => [command.hearts.length, at])).toEqual([[limits.heartsPerBatch, 0]]);
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    expect((await Promise.all(many)).every(({ kind }) => kind === "counted")).toBe(true);
    expect(asked[1]?.command.hearts).toHaveLength(1);
  });

  test("[N2] all time that they may take is that of any command", async () => {
    const { gatherer, asked } = gathering();
    const answer = gatherer.add(room, hearts("h1"));
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    await answer;
    expect((asked[0]?.at ?? 0) + (asked[0]?.withinMs ?? Number.NaN)).toBe(limits.commandDeadlineMs);
  });

  test("[N2] asked again while there is no answer are the same hearts", async () => {
    const { gatherer, asked } = gathering();
    const first = gatherer.add(room, hearts("h1", { count: 3 }));
    const again = gatherer.add(room, hearts("h1", { count: 3, client: "c2" }));
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    expect(await Promise.all([first, again])).toEqual([
      { kind: "counted", count: 3 },
      { kind: "counted", count: 3 },
    ]);
    expect(asked.map(({ command }) => command.hearts.length)).toEqual([1]);
    // Of those that were answered the room itself knows.
    void gatherer.add(room, hearts("h1", { count: 3 }));
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    expect(asked).toHaveLength(2);
  });

  test("[N2] that were not counted, or of which nobody knows, are said to be so to each", async () => {
    const refusal = { code: 1111, message: "the room is not open", temporary: false };
    const failures: RoomAnswer[] = [{ kind: "unknown" }, { kind: "unavailable" }, { v: 1, kind: "refused", refusal }];
    for (const failure of failures) {
      const { gatherer } = gathering(() => failure);
      const answers = [gatherer.add(room, hearts("h1")), gatherer.add(room, hearts("h2"))];
      await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
      expect(await Promise.all(answers)).toEqual([failure, failure]);
    }
    const { gatherer } = gathering(() => ({ v: 1, kind: "counted", counts: [4] }));
    const answers = [gatherer.add(room, hearts("h1", { count: 4 })), gatherer.add(room, hearts("h2"))];
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    expect(await Promise.all(answers)).toEqual([{ kind: "counted", count: 4 }, { kind: "unknown" }]);
  });

  test("[N2] whatever fails within, every call is answered", async () => {
    const { gatherer } = gathering(() => {
      throw new Error("broken");
    });
    const failed = expect(gatherer.add(room, hearts("h1"))).rejects.toThrow("broken");
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    await failed;
  });

  test("[N2] of one socket, and of all, wait in bounded numbers, and others are told so at once", async () => {
    const { gatherer } = gathering();
    const answers: Promise<unknown>[] = [];
    for (let n = 0; n < limits.heartsPerSocket; n++) answers.push(gatherer.add(room, hearts(`h${n}`)));
    await expect(gatherer.add(room, hearts("more"))).rejects.toMatchObject({ reply: { code: 111, temporary: true } });
    for (let n = limits.heartsPerSocket; n < limits.heartsWaiting; n++)
      answers.push(gatherer.add(n % 2 ? room : other, hearts("h", { user: `u${n}`, client: `u${n}` })));
    const last = hearts("h", { user: "last", client: "last" });
    await expect(gatherer.add(room, last)).rejects.toMatchObject({ reply: { code: 1001, temporary: true } });
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    await Promise.all(answers);
    const after = [gatherer.add(room, hearts("more")), gatherer.add(room, last)];
    await vi.advanceTimersByTimeAsync(limits.heartsGatherMs);
    expect(await Promise.all(after)).toHaveLength(2);
  });
});
