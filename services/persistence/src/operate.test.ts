import { decodeJson, encodeJson, limits, MemberId, PersistenceStatus, streamName } from "@madang/contracts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { noFindings } from "./audit.ts";
import { answerOperators, type OperateOptions } from "./operate.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const self = MemberId.parse("p-1");
const stats = { events: 5, acts: 0, totals: 0, transactions: 1, skipped: 0, buried: 2, lost: 3, paused: true };

/** A replica that holds the lease of stream 3. `broker`: what it asks of JetStream. */
function replica(broker: Partial<Pick<OperateOptions, "backlog">> = {}, more: Partial<OperateOptions> = {}) {
  let handle: ((message: never) => void) | undefined;
  const backlog = vi.fn(broker.backlog ?? (async () => ({ records: 0, since: undefined })));
  answerOperators({
    bus: {
      subscribe: (_: string, heard: typeof handle) => {
        handle = heard;
        return { close: () => {} };
      },
    } as never,
    self,
    ready: () => true,
    storeAnswers: () => true,
    leases: [
      { key: "projector.3", heldForMs: 4_000 },
      { key: "projector.4", heldForMs: undefined },
      { key: "audit", heldForMs: undefined },
    ],
    projector: (shard) => (shard === 3 ? stats : undefined),
    backlog,
    letters: { summary: async () => ({ count: 2, newest: { id: 7, time: 900, letter: undefined } }) },
    audit: () => ({ member: self, ...noFindings().sum, findings: [] }),
    logger: { error: vi.fn() } as never,
    now: () => 100_000,
    ...more,
  });
  const ask = async () => {
    const answer = Promise.withResolvers<Uint8Array>();
    handle?.({ data: encodeJson({ v: 1 }), respond: answer.resolve } as never);
    await vi.advanceTimersByTimeAsync(limits.operateFiguresMs);
    return decodeJson(PersistenceStatus, await answer.promise);
  };
  return { ask, backlog };
}

describe("a persistence service tells operators", () => {
  test("[O2] which leases it holds and since when, and how the streams are that it projects", async () => {
    const { leases, streams, audit } = await replica().ask();
    expect(leases).toEqual([{ lease: "projector.3", holder: self, since: 96_000 }]);
    expect(streams[3]).toEqual({
      ...{ stream: streamName(3), lagRecords: 0, lagMs: 0, holder: self, since: 96_000 },
      ...{ paused: true, deadLetters: 2, lost: 3 },
    });
    expect(streams[4]).toEqual({ stream: streamName(4), lagRecords: 0, lagMs: 0 });
    expect(audit).toBeUndefined();
  });

  test("[O2] what the audit found, while it is the one who audits", async () => {
    const { audit } = await replica({}, { leases: [{ key: "audit", heldForMs: 1 }] }).ask();
    expect(audit).toMatchObject({ member: self, findings: [] });
  });

  test("[O2] how far every stream is behind, and how many dead letters there are", async () => {
    const { streams, deadLetters } = await replica({
      backlog: async (shard) => ({ records: shard, since: shard === 0 ? undefined : 100_000 - shard * 10 }),
    }).ask();
    expect(streams.map(({ lagRecords, lagMs }) => [lagRecords, lagMs])).toEqual(
      Array.from({ length: limits.streams }, (_, shard) => [shard, shard * 10]),
    );
    expect(deadLetters).toEqual({ count: 2, newest: { id: 7, time: 900 } });
  });

  test("[O2] the rest in time where the broker does not answer, and where a part of it fails", async () => {
    const silent = replica({ backlog: () => new Promise(() => {}) });
    expect((await silent.ask()).streams[4]).toEqual({ stream: streamName(4) });
    const failing = replica({
      backlog: async (shard) => {
        if (shard === 4) throw new Error("no leader");
        return { records: 1, since: 99_000 };
      },
    });
    const { streams } = await failing.ask();
    expect([streams[4]?.lagRecords, streams[5]?.lagRecords]).toEqual([undefined, 1]);
  });

  test("[O2] and asks the broker at most once a second for it, however many ask", async () => {
    const { ask, backlog } = replica();
    await ask();
    await vi.advanceTimersByTimeAsync(limits.operateSharedMs - limits.operateFiguresMs);
    await ask();
    expect(backlog).toHaveBeenCalledTimes(limits.streams);
    await vi.advanceTimersByTimeAsync(limits.operateFiguresEveryMs);
    await ask();
    expect(backlog).toHaveBeenCalledTimes(2 * limits.streams);
  });
});
