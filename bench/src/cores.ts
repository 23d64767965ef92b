/**
 * Who runs where. Where Linux's `taskset` is, the measuring process puts itself on the servers' core, and whatever it starts is there too;
 * the generator alone gets the other one. A single core for all of a stack makes stacks of one and of five processes comparable.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

export const generatorCore = 1;
const serverCore = 0;

const canPin = cpus().length > 1 && tries(() => execFileSync("taskset", ["-p", String(process.pid)], { stdio: "ignore" }));

/** What is started from here on runs on the servers' core, or on any. Says whether the machine can do so. */
export function pinServers(pinned: boolean): boolean {
  if (!canPin) return false;
  const cores = pinned ? String(serverCore) : `0-${cpus().length - 1}`;
  // Of this very thread, from which children inherit.
  execFileSync("taskset", ["-cp", cores, String(process.pid)], { stdio: "ignore" });
  return pinned;
}

/** The command that runs a command on one core, or on any. */
export function onCore(core: number | undefined, command: readonly [string, ...string[]]): [string, ...string[]] {
  if (!canPin) return [...command];
  return ["taskset", "-c", core === undefined ? `0-${cpus().length - 1}` : String(core), ...command];
}

function tries(what: () => void): boolean {
  try {
    what();
    return true;
  } catch {
    return false;
  }
}
