// One life of a cluster: clients chat, faults happen one after the other in an order that a seed decides, and in the end the whole
// history is checked.
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RoomId, RoomId as RoomIds } from "@madang/contracts";
import { check, type History, seeded } from "@madang/devkit";
import { deadLetterCount } from "./broker.ts";
import type { ClusterSite } from "./cluster-site.ts";
import type { Fault } from "./fault.ts";
import { finalLog, finalRows } from "./final-state.ts";
import { Workload } from "./workload.ts";

export interface FaultResult {
  readonly name: string;
  /** The longest time in which a room acknowledged nothing. */
  readonly stallMs: number;
  readonly limitMs: number;
  /** The longest that one message waited for its acknowledgement: more than a stall where a sender has to find another gateway. */
  readonly waitMs: number;
  readonly measured: string | undefined;
  /** All of it, the return to normal included. */
  readonly tookMs: number;
}

export interface LifeResult {
  readonly results: readonly FaultResult[];
  readonly findings: readonly string[];
  readonly acknowledged: number;
  readonly unknown: number;
  /** Where the history is kept, if there are findings. */
  readonly file: string | undefined;
}

export interface LifeOptions {
  seed: number;
  outageMs: number;
  faults: readonly Fault[];
  report?: (result: FaultResult) => void;
}

export async function live(site: ClusterSite, { seed, outageMs, faults, report }: LifeOptions): Promise<LifeResult> {
  const random = seeded(seed);
  const rooms = ["a", "b", "c"].map((name) => RoomIds.parse(`live:${name}${seed}`));
  const workload = new Workload(rooms);
  try {
    await workload.start(site.socketUrl, { senders: 4, observers: 2 });
    await workload.flowing(0);
    const results: FaultResult[] = [];
    const findings: string[] = [];
    for (const fault of random.shuffle(faults)) {
      const from = performance.now();
      const outcome = await fault.run({ site, rooms, room: random.pick(rooms), outageMs, seed });
      findings.push(...outcome.findings.map((finding) => `${fault.name}: ${finding}`));
      // Until it is over and the chat goes on everywhere.
      await workload.flowing(performance.now());
      const result = {
        tookMs: Math.round(performance.now() - from),
        name: fault.name,
        stallMs: Math.round(Math.max(workload.stallSince(from), outcome.stallMs ?? 0)),
        limitMs: fault.limitMs,
        waitMs: Math.round(workload.waitSince(from)),
        measured: outcome.measured,
      };
      results.push(result);
      report?.(result);
    }
    await workload.stop();
    const history = await collect(site, workload, rooms);
    findings.push(...check(history));
    const letters = await deadLetterCount(site.nats.url);
    if (letters > 0) findings.push(`${letters} dead letters`);
    return {
      results,
      findings,
      acknowledged: workload.attempts.filter(({ outcome }) => outcome.kind === "ok").length,
      unknown: workload.attempts.filter(({ outcome }) => outcome.kind === "unknown").length,
      file: findings.length === 0 ? undefined : keep(history, seed),
    };
  } finally {
    workload.close();
  }
}

async function collect(site: ClusterSite, workload: Workload, rooms: readonly RoomId[]): Promise<History> {
  const log = await finalLog(site.nats.url, rooms);
  const heads = new Map([...log].map(([room, placed]) => [room, placed.length]));
  const rows = await finalRows(site.databaseUrl, heads);
  return { attempts: workload.attempts, log, rows, observations: await workload.observations(heads) };
}

function keep(history: History, seed: number): string {
  const folder = join(tmpdir(), "madang-faults");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `history-${seed}.json`);
  writeFileSync(
    file,
    JSON.stringify(history, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value)),
  );
  return file;
}
