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
  const members = [...site.persistence, ...site.gateways, ...site.rooms];
  const complaints = new Complaints(members);
  for (const member of members) {
    const from = performance.now();
    const ended = await leave(member);
    complaints.listen(member.name, ended.output);
    longestMs = Math.max(longestMs, performance.now() - from);
    if (ended.how !== "code 0") findings.push(`${member.name}, told to end, ended with ${ended.how}`);
    await start(member);
    await pause(betweenMs);
  }
  for (const { name, running } of members) complaints.listen(name, running?.output() ?? "");
  findings.push(...complaints.found);
  return { findings, measured: `the slowest took ${Math.round(longestMs)} ms to leave` };
}

/** As under an orchestrator: told to end, and sent nobody any more once it says that it is not ready. How it ended, and what it had printed. */
async function leave(member: Member): Promise<{ how: string; output: string }> {
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
  return { how: signal ?? `code ${code}`, output: running.output() };
}

/** Errors in the logs of services since this was made: what another release said, and they could not read, for one. */
class Complaints {
  readonly found: string[] = [];
  /** Of each that ran before, how much it had printed. */
  readonly #before = new Map<string, number>();

  constructor(members: readonly Member[]) {
    for (const { name, running } of members) this.#before.set(name, running?.output().length ?? 0);
  }

  /** Everything that a process has printed; of one that ran before, what is new. */
  listen(name: string, output: string): void {
    const from = this.#before.get(name) ?? 0;
    this.#before.delete(name);
    const errors = output.slice(from).split("\n").filter(isError);
    if (errors[0] !== undefined) this.found.push(`${name} logged ${errors.length} errors, ${errors[0].slice(0, shown)} for one`);
  }
}

/** Of a line: enough to see what was the matter. */
const shown = 1_000;
const isError = (line: string) => /^\{"level":"?(?:error|fatal|[56]0)"?,/.test(line);
