// One order, whatever dies: three nats-servers, three rooms, two gateways, two persistence, and everything that can end ends once.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClusterSite, startClusterSite } from "./cluster-site.ts";
import { live } from "./run.ts";
import { faults } from "./table.ts";

const seed = Number(process.env.MADANG_FAULTS_SEED ?? 1);

describe("a cluster in which everything dies in turn", () => {
  let site: ClusterSite;
  beforeAll(async () => {
    site = await startClusterSite();
  }, 60_000);
  afterAll(() => site[Symbol.asyncDispose]());

  test(`[L2] [L3] [L4] [R1] [R4] [P6] keeps one gapless order, loses nothing acknowledged, and stalls no longer than promised (seed ${seed})`, async () => {
    const { results, findings, acknowledged, file } = await live(site, { seed, outageMs: 10_000, faults });
    expect(findings, `history: ${file}`).toEqual([]);
    expect(acknowledged).toBeGreaterThan(200);
    for (const { name, stallMs, limitMs } of results) expect(stallMs, name).toBeLessThanOrEqual(limitMs);
  }, 180_000);
});
