// More cores for the all-in-one: several gateways on one port.
import { existsSync, readFileSync } from "node:fs";
import { eventually } from "@madang/devkit";
import { expect, test } from "vitest";
import { familyOf } from "./support/memory.ts";
import { secrets, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { connected, sendUntilAnswered, viewer } from "./support/viewer.ts";

const alive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
const isGateway = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("gateway-worker");

test("[L2] [S5] three gateways share a port; one that is killed is replaced, its clients miss nothing, and none outlives the rest", async () => {
  using folder = temporaryFolder();
  await using madang = await startAllInOne(folder.path, { MADANG_GATEWAYS: "3" });
  const nodes = async (): Promise<{ uid: string; num_clients: number }[]> => {
    const headers = { "X-API-Key": secrets.MADANG_API_KEY };
    const response = await fetch(`http://${madang.authority}/api/info`, { method: "POST", headers, body: "{}" });
    return ((await response.json()) as { result: { nodes: { uid: string; num_clients: number }[] } }).result.nodes;
  };
  await eventually(async () => expect(await nodes()).toHaveLength(3));
  const watchers = await Promise.all(
    Array.from({ length: 9 }, (_, n) => viewer(madang.socketUrl, "live:cores", { user: `viewer${n}` })),
  );
  // Each of them has its share.
  expect((await nodes()).map(({ num_clients }) => num_clients > 0)).toEqual([true, true, true]);

  const sender = await connected(madang.socketUrl, { user: "kim" });
  const send = (n: number) => sendUntilAnswered(sender, { channel: "live:cores", id: `m${n}`, data: { text: String(n) } });
  for (let n = 1; n <= 5; n++) await send(n);
  const before = familyOf(madang.pid).filter(isGateway);
  expect(before).toHaveLength(3);
  process.kill(before[0] ?? 0, "SIGKILL");
  for (let n = 6; n <= 10; n++) await send(n);
  for (const { seen } of watchers)
    await eventually(() => expect(seen.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), {
      withinMs: 15_000,
    });
  await eventually(async () => expect(await nodes()).toHaveLength(3), { withinMs: 15_000 });

  const family = familyOf(madang.pid);
  await madang.kill();
  await eventually(() => expect(family.filter(alive)).toEqual([]), { withinMs: 10_000 });
  for (const watcher of watchers) watcher[Symbol.dispose]();
  sender.disconnect();
}, 60_000);

test("several gateways drain and end with Ctrl-C, and leave nothing behind", async () => {
  using folder = temporaryFolder();
  await using madang = await startAllInOne(folder.path, { MADANG_GATEWAYS: "2" });
  const closed: number[] = [];
  const client = await connected(madang.socketUrl, { user: "kim" });
  client.on("connecting", ({ code }) => closed.push(code));
  const family = familyOf(madang.pid);
  madang.signal("SIGINT");
  expect(await madang.exited).toEqual({ code: 0, signal: null });
  expect(closed).toContain(3001);
  expect(family.filter(alive)).toEqual([]);
  client.disconnect();
}, 60_000);
