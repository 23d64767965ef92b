/** Where and with what the figures were measured: without it they say nothing. */
import { execFileSync } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { project } from "./places.ts";

export interface Conditions {
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGiB: number; readonly system: string };
  readonly versions: { readonly madang: string; readonly node: string; readonly natsServer: string };
}

export function conditions(now: Date): Conditions {
  const commit = said("git", ["rev-parse", "--short", "HEAD"]);
  const changed = said("git", ["--no-optional-locks", "diff", "--name-only", "HEAD", "--", "apps", "libs", "services"]) !== "";
  return {
    date: now.toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: {
      madang: changed ? `${commit} with changes` : commit,
      node: process.version,
      natsServer: said(join(project, ".cache/bin/nats-server"), ["--version"]),
    },
  };
}

function said(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
