// How a gateway leaves, as its clients and a balancer see it.
import { eventually } from "@madang/devkit";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startAllInOne, temporaryFolder } from "./support/processes.ts";
import { connected, sendUntilAnswered } from "./support/viewer.ts";

const statusOf = async (authority: string) => (await fetch(`http://${authority}/readyz`)).status;

test("[C14] a gateway that leaves is not ready and takes nobody in, serves those it has while balancers notice, and closes with 3001", async () => {
  using folder = temporaryFolder();
  await using madang = await startAllInOne(folder.path, { MADANG_DRAIN_WAIT_MS: "2000" });
  const closed: number[] = [];
  const client = await connected(madang.socketUrl, { user: "kim" });
  client.on("connecting", ({ code }) => closed.push(code));
  expect(await statusOf(madang.authority)).toBe(200);

  madang.signal("SIGTERM");
  await eventually(async () => expect(await statusOf(madang.authority)).toBe(503));
  const late = new WebSocket(madang.socketUrl);
  const refused = await new Promise<number | undefined>((resolve) => {
    late.on("unexpected-response", (_, response) => resolve(response.statusCode));
    late.on("error", () => {});
  });
  expect(refused).toBe(503);
  expect(await sendUntilAnswered(client, { channel: "live:last", id: "m1", data: { text: "still here" } })).toMatchObject({
    offset: 1,
  });
  expect(closed).toEqual([]);

  expect(await madang.exited).toEqual({ code: 0, signal: null });
  expect(closed).toContain(3001);
  client.disconnect();
});

test("a second signal ends a drain that takes its time", async () => {
  using folder = temporaryFolder();
  await using madang = await startAllInOne(folder.path, { MADANG_DRAIN_WAIT_MS: "60000" });
  const client = await connected(madang.socketUrl, { user: "kim" });
  madang.signal("SIGTERM");
  await eventually(async () => expect(await statusOf(madang.authority)).toBe(503));
  let ended: Awaited<typeof madang.exited> | undefined;
  void madang.exited.then((how) => {
    ended = how;
  });
  await eventually(
    () => {
      // Again and again: one that comes within half a second is taken for the same.
      madang.signal("SIGTERM");
      expect(ended).toEqual({ code: 1, signal: null });
    },
    { everyMs: 100 },
  );
  client.disconnect();
});

test("an all-in-one with clients ends soon after Ctrl-C, without waiting for any balancer", async () => {
  using folder = temporaryFolder();
  await using madang = await startAllInOne(folder.path);
  const client = await connected(madang.socketUrl, { user: "kim" });
  const from = performance.now();
  madang.signal("SIGINT");
  expect(await madang.exited).toEqual({ code: 0, signal: null });
  // Less than a gateway of its own waits for a balancer alone.
  expect(performance.now() - from).toBeLessThan(5_000);
  client.disconnect();
});
