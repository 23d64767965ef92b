// One replica after the other leaves as it is told to, and comes again: a rolling restart, or an upgrade where it comes as a newer release.
import { eventually } from "@madang/devkit";
import { pause } from "@madang/runtime";
import type { ClusterSite, Member } from "./cluster-site.ts";
import type { Fault, Outcome } from "./fault.ts";

/** As for the planned restart of a room's owner, of which there is one in it for each room service. */
const limitMs = 3_000;
/** Between two replicas, as a deployment waits until the new one has been ready for a while. */
const betweenMs = 500;

export const rollingRestart: Fault = {
  name: "rolling restart of all services",
  limitMs,
  run: ({ site }) => replaceAll(site, (member) => member.start()),
};

/** Only for a site that was started from a former release. */
export const rollingUpgrade: Fault = {
  name: "rolling upgrade",
  limitMs,
  run: ({ site }) => replaceAll(site, (member) => member.upgrade()),
};

/** Readers before writers: what a new room service writes, nobody old reads for long. */
async function replaceAll(site: ClusterSite, start: (member: Member) => Promise<void>): Promise<Outcome> {
  const findings: string[] = [];
  let longestMs = 0;
  for (const member of [...site.persistence, ...site.gateways, ...site.rooms]) {
    const from = performance.now();
    const ended = await leave(member);
    longestMs = Math.max(longestMs, performance.now() - from);
    if (ended !== "code 0") findings.push(`${member.name}, told to end, ended with ${ended}`);
    await start(member);
    await pause(betweenMs);
  }
  return { findings, measured: `the slowest took ${Math.round(longestMs)} ms to leave` };
}

/** As under an orchestrator: told to end, and sent nobody any more once it says that it is not ready. How it ended. */
async function leave(member: Member): Promise<string> {
  const { running } = member;
  if (running === undefined) throw new Error(`${member.name} does not run`);
  running.signal("SIGTERM");
  await eventually(
    async () => {
      // One that is gone is not ready either.
      const ready = await fetch(`http://${running.authority}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) throw new Error(`${member.name} is still ready`);
    },
    { everyMs: 50 },
  );
  member.running = undefined;
  const { code, signal } = await running.exited;
  return signal ?? `code ${code}`;
}
