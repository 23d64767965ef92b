// The balancer of docker-compose.yml, a real HAProxy with its settings, before two gateways.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, freePort, testNats } from "@madang/devkit";
import { expect, test } from "vitest";
import { follow, project, type Running, startService, temporaryFolder } from "../support/processes.ts";
import { viewer } from "../support/viewer.ts";
import { runTool, tool } from "./tools.ts";

const settings = join(project, "deploy/balancer/haproxy.cfg");

test("the balancer's settings are valid", async () => {
  await expect(runTool("haproxy", ["-c", "-f", settings])).resolves.toBeDefined();
});

test("the balancer spreads sockets over gateways without stickiness, and when one dies, its viewers come back to another and miss nothing", async () => {
  using folder = temporaryFolder();
  await using nats = await testNats();
  const environment = { NATS_URL: nats.url, MADANG_LOG_MAX_BYTES: "67108864" };
  await using _room = await startService("room", environment);
  await using _persistence = await startService("persistence", { ...environment, DATABASE_URL: `file:${folder.path}/store.db` });
  await using one = await startService("gateway", environment);
  await using two = await startService("gateway", environment);
  await using balancer = await balance(folder.path, [one.authority, two.authority]);
  const url = `ws://127.0.0.1:${balancer.port}/connection/websocket`;

  const names = ["kim", "lee", "park", "choi"];
  const viewers = [];
  for (const user of names) viewers.push(await viewer(url, "live:lobby", { user }));
  const clientsOf = async ({ authority }: { authority: string }) => {
    const headers = { "X-API-Key": "a-key-for-tests-only", "Content-Type": "application/json" };
    const response = await fetch(`http://${authority}/api/info`, { method: "POST", headers, body: "{}" });
    const { result } = (await response.json()) as { result: { nodes: { uid: string; num_clients: number }[] } };
    return result.nodes.map(({ num_clients }) => num_clients).sort();
  };
  await eventually(async () => expect(await clientsOf(one)).toEqual([2, 2]));

  // Prometheus asks the gateways themselves.
  expect((await fetch(`http://127.0.0.1:${balancer.port}/metrics`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${balancer.port}/healthz`)).status).toBe(200);

  const [first] = viewers;
  await first?.subscription.publish({ text: "before" });
  await one.kill();
  for (const { subscription } of viewers) await eventually(() => subscription.publish({ text: "after" }), { withinMs: 15_000 });
  await eventually(async () => expect(await clientsOf(two)).toContain(names.length), { withinMs: 15_000 });

  // A publish without an answer may have been stored, and was repeated: how many there are is not known before.
  const offsets = (seen: readonly { offset: number }[]) => seen.map(({ offset }) => offset);
  const head = Math.max(...viewers.flatMap(({ seen }) => offsets(seen)));
  const all = Array.from({ length: head }, (_, index) => index + 1);
  for (const { seen } of viewers) await eventually(() => expect(offsets(seen)).toEqual(all), { withinMs: 10_000 });
  for (const { client } of viewers) client.disconnect();
}, 60_000);

/** HAProxy with our settings, but for where it listens, and names that only Docker's DNS has. */
async function balance(folder: string, authorities: string[]): Promise<Running & { port: number }> {
  const port = await freePort();
  const servers = authorities.map((authority, index) => `server gateway${index} ${authority}`).join("\n    ");
  const text = readFileSync(settings, "utf8");
  const changed = text
    // As many files as a tester may have open.
    .replace("maxconn 20000", "maxconn 500")
    .replace("bind :8000", `bind 127.0.0.1:${port}`)
    .replace("server-template gateway 1-8 gateway:8000", servers)
    .replace(" resolvers own init-addr none", "");
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, changed);
  const { program, args, env } = tool("haproxy");
  const running = follow(spawn(program, [...args, "-f", file], { env, stdio: ["ignore", "pipe", "pipe"] }));
  await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), { withinMs: 10_000 });
  return Object.assign(running, { port });
}
