import { type Line, limits, RoomId } from "@madang/contracts";
import { lineAt } from "@madang/devkit";
import { RoomState } from "@madang/room-state";
import { afterEach, describe, expect, test, vi } from "vitest";
import { eventsAt } from "./events-at.ts";
import { HistoryUnavailable } from "./past.ts";

const room = RoomId.parse("live:a");
const hundred = Array.from({ length: 100 }, (_, n) => n + 1);

afterEach(() => void vi.useRealTimers());

function asking(page: (offset: number) => Promise<readonly Line[] | "lost">) {
  const reads: number[] = [];
  const past = {
    page: ({ from }: { from: number }) => {
      reads.push(from);
      return page(from);
    },
  };
  const ask = () =>
    eventsAt({ hub: { get: () => undefined } as never, past: past as never }, room, { offsets: hundred, state: new RoomState() });
  return { reads, ask };
}

describe("single events of a room", () => {
  test("[M6] are all found, so many at a time", async () => {
    let open = 0;
    let most = 0;
    const { ask } = asking(async (offset) => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open--;
      return offset === 7 ? "lost" : [lineAt(offset)];
    });
    expect([...(await ask()).keys()].sort((a, b) => a - b)).toEqual(hundred.filter((offset) => offset !== 7));
    expect(most).toBe(limits.eventsAtOnce);
  });

  test("[M6] are looked up no more once one cannot be read", async () => {
    const { ask, reads } = asking(async () => {
      throw new HistoryUnavailable("away");
    });
    await expect(ask()).rejects.toThrow("away");
    expect(reads).toHaveLength(limits.eventsAtOnce);
  });

  test("[M6] that do not come in time are an error that may pass", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { ask } = asking(() => new Promise(() => {}));
    const asked = ask();
    const failed = expect(asked).rejects.toBeInstanceOf(HistoryUnavailable);
    await vi.advanceTimersByTimeAsync(limits.historyRequestMs);
    await failed;
  });
});
