/** Whether every gateway tells of a room what was acknowledged, to the last heart. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Counters } from "@madang/contracts";
import { roomName } from "./generator/protocols.ts";
import type { Site } from "./madang-site.ts";
import { secret } from "./token.ts";

const withinMs = 15_000;
const askEveryMs = 100;

export interface Told {
  /** How long it took until all told the same as was acknowledged. */
  readonly afterS: number;
  readonly faults: readonly string[];
}

export async function checkRoom({ gateways }: Site, acknowledged: { hearts: number; comments: number }): Promise<Told> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  for (;;) {
    const told = await Promise.all(gateways.map(({ authority }) => countersAt(authority)));
    const faults = told.flatMap((one, index) => differences(one, acknowledged).map((what) => `gateway ${index + 1}: ${what}`));
    if (faults.length === 0 || seconds() * 1000 > withinMs) return { afterS: seconds(), faults };
    await sleep(askEveryMs);
  }
}

function differences(told: Counters | string, { hearts, comments }: { hearts: number; comments: number }): string[] {
  if (typeof told === "string") return [told];
  const all = Object.values(told.hearts).reduce((sum, count) => sum + count, 0);
  return [
    ...(all === hearts ? [] : [`${hearts} hearts were acknowledged, ${all} are told`]),
    ...(told.comments === comments ? [] : [`${comments} comments were acknowledged, ${told.comments} are told`]),
  ];
}

async function countersAt(authority: string): Promise<Counters | string> {
  const response = await fetch(`http://${authority}/api/rooms/${roomName(0)}`, { headers: { "X-API-Key": secret } });
  if (!response.ok) return `the room is answered with ${response.status}`;
  return ((await response.json()) as { counters: Counters }).counters;
}
