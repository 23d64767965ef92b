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

/** Resident memory of the whole family, in MB: now, and the sum of each one's highest. */
export function memoryOf(pid: number): { nowMb: number; peakMb: number } {
  const sum = (field: string) => familyOf(pid).reduce((total, member) => total + status(member, field), 0) / 1024;
  return { nowMb: sum("VmRSS"), peakMb: sum("VmHWM") };
}
