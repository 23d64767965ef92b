// The programs that setup found or fetched, to check what only an engine or a cluster reads.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { project } from "../support/processes.ts";

type Tool = { command: string[]; libraries?: string[] } | { missing: string };

/** How a tool is started: its program, its first words, and where its libraries are. */
export function tool(name: "compose" | "kustomize" | "haproxy"): {
  program: string;
  args: string[];
  env: Record<string, string>;
} {
  const found = toolsFile()[name];
  if (found === undefined || "missing" in found) {
    throw new Error(`There is no ${name}: \`node scripts/setup.mjs --test\` says why.`);
  }
  const [program = "", ...args] = found.command;
  const libraries = found.libraries ?? [];
  return { program, args, env: libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(":") } };
}

function toolsFile(): Record<string, Tool> {
  try {
    return JSON.parse(readFileSync(join(project, ".cache/deploy-tools.json"), "utf8"));
  } catch {
    return {};
  }
}

/** Runs a tool to its end: what it printed. What it says of a failure is in the error. */
export async function runTool(
  name: "compose" | "kustomize" | "haproxy",
  args: readonly string[],
  { cwd = project, environment = {} }: { cwd?: string; environment?: Record<string, string> } = {},
): Promise<string> {
  const { program, args: first, env } = tool(name);
  const { PATH = "", HOME = "" } = process.env;
  try {
    const options = { cwd, env: { PATH, HOME, ...env, ...environment }, timeout: 20_000, maxBuffer: 16 * 1024 * 1024 };
    return (await promisify(execFile)(program, [...first, ...args], options)).stdout;
  } catch (error) {
    throw new Error(String((error as { stderr?: string }).stderr || error), { cause: error });
  }
}
