import {
  type ActorNow,
  type ActorsReply,
  encodeJson,
  MemberId,
  type MemberKind,
  type RestartReply,
  RoomId,
  subjects,
} from "@madang/contracts";
import { describe, expect, test, vi } from "vitest";
import { OperateSurvey } from "./survey.ts";

const room = (name: string) => RoomId.parse(`live:${name}`);
const [r1, r2] = [MemberId.parse("r1"), MemberId.parse("r2")];

/** Two room services and a gateway that are alive, and the answers of those that say something. */
function site(answers: object[] = [], alive: Partial<Record<MemberKind, string[]>> = { room: ["r1", "r2"], gateway: ["g1"] }) {
  const survey = vi.fn(async (_subject: string, _query: Uint8Array, _: { timeoutMs: number; expected: number }) =>
    answers.map((answer) => (answer instanceof Uint8Array ? answer : encodeJson({ ...answer }))),
  );
  const warn = vi.fn();
  const members = (kind: MemberKind) => (alive[kind] ?? []).map((name) => MemberId.parse(name));
  return { operate: new OperateSurvey({ bus: { survey }, members, logger: { warn }, now: () => 7 }), survey, warn };
}

const gateway = (member: string) => ({
  v: 1,
  kind: "gateway",
  now: {
    ...{ kind: "gateway", member, startedAt: 1, ready: true, name: "g", version: "0", natsAnswers: true },
    ...{ sockets: 0, connections: 0, users: 0, rooms: 0, opened: 0, closedSlow: 0, closed: {} },
  },
});
const actor = (name: string, member: MemberId): ActorNow => ({
  ...{ room: room(name), member, stream: "ROOMS_0", state: "running", waiting: 0, restarts: 0 },
});
const actors = (member: MemberId, names: string[], more = false): ActorsReply => ({
  v: 1,
  member,
  actors: names.map((name) => actor(name, member)),
  more,
});
const restarted = (member: MemberId, did: boolean): RestartReply => ({ v: 1, member, restarted: did });

describe("a look at all services", () => {
  test("[O2] serves all who ask at about the same time, and asks all that are alive", async () => {
    const { operate, survey } = site([gateway("g1")]);
    const [one, other] = await Promise.all([operate.overview(), operate.overview()]);
    expect(one).toBe(other);
    expect(survey).toHaveBeenCalledTimes(1);
    expect(survey.mock.calls[0]?.[0]).toBe(subjects.operateStatus);
    expect(survey.mock.calls[0]?.[2].expected).toBe(3);
    expect(one).toMatchObject({ partial: true, missing: [{ member: "r1" }, { member: "r2" }], time: 7 });
  });

  test("[O2] takes an answer that it cannot read for none, and says so in the log", async () => {
    const { operate, warn } = site([gateway("g1"), Buffer.from("nonsense"), { v: 2 }]);
    expect((await operate.overview()).members).toHaveLength(1);
    expect(warn).toHaveBeenCalledTimes(2);
  });
});

describe("the rooms in memory", () => {
  test("[O3] come page by page, over all services, a room that two have on one page", async () => {
    const { operate } = site([actors(r1, ["a", "c", "d"]), actors(r2, ["b", "c"], true)]);
    const page = await operate.actors({ limit: 3 });
    expect(page.actors.map((one) => [one.room, one.member])).toEqual([
      [room("a"), r1],
      [room("b"), r2],
      [room("c"), r1],
      [room("c"), r2],
    ]);
    expect([page.next, page.partial]).toEqual([room("c"), false]);
  });

  test("[O3] end where nobody has more", async () => {
    const { operate } = site([actors(r1, ["a"]), actors(r2, [])]);
    expect(await operate.actors({ limit: 3 })).toMatchObject({ partial: false, actors: [{ room: room("a") }] });
    expect(await operate.actors({ limit: 3 })).not.toHaveProperty("next");
  });

  test("[O3] of one member are missing only where that one did not answer", async () => {
    const { operate } = site([actors(r1, ["a"])]);
    expect((await operate.actors({ limit: 3, member: r1 })).partial).toBe(false);
    expect((await operate.actors({ limit: 3, member: r2 })).missing).toEqual([{ kind: "room", member: r2 }]);
  });

  test("[O3] are none, without a question, where no room service is alive", async () => {
    const { operate, survey } = site([], {});
    expect(await operate.actors({ limit: 3 })).toEqual({ time: 7, partial: false, missing: [], actors: [] });
    expect(survey).not.toHaveBeenCalled();
  });
});

describe("a restart", () => {
  test("[O4] says who has let the room out, and what is looked at next is looked at anew", async () => {
    const { operate, survey } = site([restarted(r1, false), restarted(r2, true)]);
    await operate.overview();
    expect(await operate.restart(room("a"), "user:olga")).toEqual({ room: room("a"), members: [r2] });
    expect(JSON.parse(Buffer.from(survey.mock.calls[1]?.[1] ?? "").toString())).toEqual({
      v: 1,
      room: room("a"),
      by: "user:olga",
    });
    await operate.overview();
    expect(survey).toHaveBeenCalledTimes(3);
  });

  test("[O4] of a room that is in no quarantine is refused; where not all have answered, nobody knows", async () => {
    const none = site([restarted(r1, false), restarted(r2, false)]).operate.restart(room("a"), "x");
    await expect(none).rejects.toMatchObject({ reply: { code: 1112, temporary: false, message: "live:a is in no quarantine" } });
    const some = site([restarted(r1, false)]).operate.restart(room("a"), "x");
    await expect(some).rejects.toMatchObject({ reply: { code: 1000, temporary: true } });
    await expect(site([], {}).operate.restart(room("a"), "x")).rejects.toMatchObject({ reply: { code: 1000 } });
  });
});
