// The nats-server programs that tests start: the current one, and the oldest line that is supported.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheOfProject } from "./project.ts";

export const natsLines = ["current", "2.10"] as const;
export type NatsLine = (typeof natsLines)[number];

/** @throws Error that says how to get it, where setup could not. */
export function natsBinary(line: NatsLine = "current"): string {
  if (line === "current") return process.env.MADANG_NATS_SERVER || join(cacheOfProject, "bin/nats-server");
  const older = process.env.MADANG_OLDER_NATS_SERVER || join(cacheOfProject, "nats-server-2.10");
  if (existsSync(older)) return older;
  throw new Error(
    "There is no nats-server 2.10 to test with: `node scripts/setup.mjs --test` says why; MADANG_OLDER_NATS_SERVER can name one.",
  );
}
