// What processes take, as the operating system counts it. Linux only: elsewhere the tests that ask say so.
import { readdirSync, readFileSync } from "node:fs";

const status = (pid: number, field: string) => {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
};

/** A process and all that it started, and they in turn. */
export function familyOf(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), parent: status(Number(name), "PPid") }];
      } catch {
        return []; // It ended while we looked.
      }
    });
  const family = [pid];
  for (const member of family) family.push(...parents.filter(({ parent }) => parent === member).map((child) => child.pid));
  return family;
}

/** Resident memory of the whole family, in MB: now, the sum of each one's highest, and who has how much now. */
export function memoryOf(pid: number): { nowMb: number; peakMb: number; each: string } {
  const family = familyOf(pid);
  const sum = (field: string) => family.reduce((total, member) => total + status(member, field), 0) / 1024;
  const each = family.map((member) => `${Math.round(status(member, "VmRSS") / 1024)} MB ${nameOf(member)}`).join(", ");
  return { nowMb: sum("VmRSS"), peakMb: sum("VmHWM"), each };
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, 2).join(" ").slice(0, 60);
}
