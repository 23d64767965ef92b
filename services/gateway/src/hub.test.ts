import { RoomId } from "@madang/contracts";
import { createLogger } from "@madang/runtime";
import { expect, test } from "vitest";
import { Hub } from "./hub.ts";

test("[L2] a broker that comes and goes does not make rechecks pile up, and the last one is never left out", async () => {
  const room = RoomId.parse("live:hub");
  let held = Promise.withResolvers<void>();
  let positions = 0;
  const hub = new Hub({
    bus: { subscribe: () => ({ close: () => {} }), flush: async () => {} },
    log: {
      position: async () => {
        positions++;
        if (positions > 1) await held.promise;
        return { epoch: "e", offset: 0 };
      },
    },
    past: { page: async () => [] },
    logger: createLogger("test", "silent"),
  });
  await hub.watch(room);
  expect(positions).toBe(1);
  const first = hub.recheck();
  for (let n = 0; n < 20; n++) void hub.recheck();
  await new Promise((resolve) => setImmediate(resolve));
  expect(positions).toBe(2);
  const before = held;
  held = Promise.withResolvers();
  before.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  // What was published before the last of them, and after the first had read, is found by one more.
  expect(positions).toBe(3);
  held.resolve();
  await first;
  expect(positions).toBe(3);
  hub.close();
});
