// Prometheus' own judge of metrics and rules, which setup puts into the cache.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { project } from "./processes.ts";

/** What it has to say against them, if anything. */
export function promtool(args: readonly string[], input = ""): Promise<string> {
  const kept = join(project, ".cache/promtool");
  const child = spawn(existsSync(kept) ? kept : "promtool", args, { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new Error("there is no promtool: setup says why", { cause })));
    child.once("close", (code) => resolve(code === 0 ? "" : said || `it ended with ${code}`));
  });
}
