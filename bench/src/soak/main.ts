/**
 * `npm run soak -- --minutes 30`: as many comments as 60 % of what was measured to be possible right before, for so long, through real
 * processes. Prints what each took, and ends with 1 where anything grew, was late, or is not in order; each reason is a line. A long one
 * leaves a sample of every 20 s in `bench/results/`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { secrets } from "../../../e2e/support/processes.ts";
import { now } from "../comment.ts";
import { pinServers } from "../cores.ts";
import { meter } from "../cpu.ts";
import { Generator } from "../generator.ts";
import { startSite } from "../madang-site.ts";
import { poisson } from "../schedule.ts";
import type { LoopDelay } from "../service-vitals.ts";
import { checkStore } from "../store-check.ts";
import { startChat } from "./chat.ts";
import { keepRecord } from "./record.ts";
import { type Alive, faultsOf, heading, rowOf, type Sample, sampleOf, type VitalLimits } from "./vitals.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    share: { type: "string", default: "0.6" },
    viewers: { type: "string", default: "200" },
  },
});
const [minutes, share, viewers] = [Number(values.minutes), Number(values.share), Number(values.viewers)];
const rooms = 20;
const senders = { count: 40, inFlight: 4 };
const turnSeconds = 5;
/** Between two looks at what is alive: each is a pause of some 100 ms. */
const aliveSeconds = 180;
const flood = { warmUpSeconds: 2, seconds: minutes < 5 ? 5 : 15 };
/** A room remembers ids for 10 minutes, and grows as long: what comes before that is the warm-up of a run that is long enough. */
const rememberedMinutes = 12;
const isLong = minutes >= 2 * rememberedMinutes;
const warmUpSeconds = isLong ? rememberedMinutes * 60 : (minutes * 60) / 3;
/** Shorter runs are tests, on machines that do other things as well: they are held to no time. */
const isAlone = minutes >= 5;
/** Below this share of its rate it was another load. */
const keptAtLeast = 0.95;
const limits: VitalLimits = {
  // In less time it says nothing: what a room remembers still grows.
  ...(isLong ? { slope: 0.01 } : {}),
  // In a short one a room still remembers more and more ids.
  growthMb: isLong ? 50 : 200,
  descriptors: 4,
  ...(isAlone ? { loopP99Ms: 50 } : {}),
};
const say = (line: string) => void process.stdout.write(`${line}\n`);

// Whatever was started ends with us.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
if (process.platform !== "linux") {
  process.stderr.write("A soak looks into /proc, which only Linux has.\n");
  process.exit(1);
}
const faults = await soak();
for (const fault of faults) say(`! ${fault}`);
say(faults.length === 0 ? "clean" : `${faults.length} findings`);
process.exit(faults.length === 0 ? 0 : 1);

async function soak(): Promise<string[]> {
  pinServers(false);
  await using site = await startSite({ store: true, gateways: 2, watched: true, tokenSecret: secrets.MADANG_TOKEN_SECRET });
  const { natsUrl, databaseUrl = "" } = site;
  const authorities = site.gateways.map(({ authority }) => authority);
  const generator = new Generator({ pinned: false });
  await using closers = new AsyncDisposableStack();
  closers.use(generator);
  const faults: string[] = [];

  // Viewers on one gateway, senders on the other.
  const [first = "", second = ""] = authorities;
  await generator.tell("join", { protocol: "centrifuge", authority: first, count: viewers, rooms });
  await generator.tell("connect", { authority: second, count: senders.count, verb: "rpc" });
  const began = now();
  const flooded = await generator.tell("flood", { ...flood, inFlight: senders.inFlight, rooms });
  let acknowledged = flooded.total;
  await checkStore(databaseUrl, acknowledged);
  // Of comments that are stored as well: what is acknowledged faster than that only waits in the log.
  const capacity = (flooded.total * 1_000) / (now() - began);
  const perSecond = share * capacity;
  say(
    `${capacity.toFixed(0)} comments/s are possible in ${rooms} rooms with ${viewers} viewers; ${minutes} min at ${perSecond.toFixed(0)}/s`,
  );

  const chat = closers.use(await startChat(authorities));
  const samples = new Map<number, Sample[]>([...site.names.keys()].map((pid) => [pid, []]));
  const loadBegan = now();
  const seconds = () => (now() - loadBegan) / 1_000;
  const stopMeter = meter({ names: site.names, generators: [generator.pid] });
  const alive = new Map<number, Alive[]>();
  const lookAtAlive = async () => {
    for (const [pid, memoryMb] of await site.alive()) alive.set(pid, [...(alive.get(pid) ?? []), { atS: seconds(), memoryMb }]);
  };
  let nextLook = warmUpSeconds;
  for (let turn = 1; seconds() < minutes * 60; turn++) {
    const comments = poisson({ perSecond, seconds: turnSeconds, seed: turn, rooms });
    await generator.tell("begin", undefined);
    const started = now() + 20;
    const sent = await generator.tell("follow", { start: started, ...comments });
    acknowledged += sent.comments;
    const watching = Math.floor(viewers / rooms);
    const seen = await generator.tell("settle", sent.comments * watching);
    if (seen.comments !== sent.comments * watching)
      faults.push(`turn ${turn}: viewers saw ${seen.comments} of ${sent.comments * watching}`);
    if (seen.lost > 0) faults.push(`turn ${turn}: ${seen.lost} connections of viewers were lost`);
    for (const [pid, some] of samples) some.push(sampleOf(pid, seconds()));
    if (seconds() < warmUpSeconds) continue;
    if (nextLook === warmUpSeconds) site.beginLoops();
    if (seconds() >= nextLook) {
      nextLook += aliveSeconds;
      await lookAtAlive();
    }
    await sleep(Math.max(0, started + turnSeconds * 1_000 - now()));
  }
  const kept = (acknowledged - flooded.total) / seconds() / perSecond;
  if (isAlone && kept < keptAtLeast) faults.push(`only ${(kept * 100).toFixed(0)} % of the load could be held`);
  const usage = stopMeter();
  await lookAtAlive();
  const loops: ReadonlyMap<number, LoopDelay> = await site.endLoops();
  const { acknowledged: said, unknown } = await chat.stop();
  if (unknown > 0) faults.push(`${unknown} messages of the chat have no answer`);
  faults.push(...(await checkStore(databaseUrl, acknowledged + said)).faults);
  faults.push(...(await chat.findings({ natsUrl, databaseUrl })));

  say(`${acknowledged} comments acknowledged and stored, and ${said} of the chat whose history was checked\n\n${heading}`);
  for (const [pid, all] of samples) {
    const some = all.filter(({ atS }) => atS >= warmUpSeconds);
    const vitals = { name: site.names.get(pid) ?? String(pid), samples: some, alive: alive.get(pid) ?? [], loop: loops.get(pid) };
    say(rowOf(vitals, limits));
    // Brokers and databases have caches of their own, which they fill as they please.
    if (vitals.loop !== undefined) faults.push(...faultsOf(vitals, limits));
  }
  const cores = [usage.serverCores, usage.generatorCores, usage.otherCores].map((used) => used.toFixed(2));
  const held = `${(kept * 100).toFixed(0)} % of the rate was held`;
  say(`\nCores: ${cores[0]} for these, ${cores[1]} for the load, ${cores[2]} for all else on this machine; ${held}.`);
  const run = { minutes, warmUpSeconds, perSecond, kept, acknowledged: acknowledged + said, faults };
  if (isLong) say(`\n${keepRecord(run, { site, samples, alive, loops, turnSeconds })}`);
  else say(`\nToo short to hold memory to a slope (needs ${2 * rememberedMinutes} minutes): held to ${limits.growthMb} MB.`);
  say("");
  return faults;
}
