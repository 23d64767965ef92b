// Versions of programs, asked once: starting a program only to read its version would cost every `npm start` some
// 20 ms, so the answer is remembered for as long as the file is the same one.
import { realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeWhole } from "./files.mjs";
import { cache } from "./places.mjs";
import { run } from "./run.mjs";

const memory = join(cache, "versions.json");

/** The first `x.y.z` that the program prints when asked for its version, as `[x, y, z]`. */
export async function versionOf(program, flag, env = process.env) {
  const path = realpathSync(program);
  const { size, mtimeMs } = statSync(path);
  const known = readJson(memory) ?? {};
  if (known[path]?.size === size && known[path]?.mtimeMs === mtimeMs) return known[path].version;

  const printed = await run(path, [flag], { withinMs: 10_000, env });
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(printed);
  if (found === null) throw new Error(`${program} ${flag} names no version`);
  const version = found.slice(1).map(Number);
  writeWhole(memory, JSON.stringify({ ...readJson(memory), [path]: { size, mtimeMs, version } }));
  return version;
}

export function isAtLeast(version, least) {
  for (const [place, number] of least.entries()) {
    if (version[place] !== number) return version[place] > number;
  }
  return true;
}
