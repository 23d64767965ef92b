// Files that appear whole or not at all: written beside their place, then renamed into it. A reader, or a second
// setup at the same time, never meets half of one.
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

let count = 0;
const beside = (path) => `${path}.${process.pid}-${++count}.tmp`;

export function writeWhole(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = beside(path);
  writeFileSync(draft, content);
  renameSync(draft, path);
}

export function linkWhole(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = beside(path);
  symlinkSync(target, draft);
  renameSync(draft, path);
}

/** Puts a finished folder in its place. What was there before makes room first. */
export function moveWhole(folder, place) {
  const old = beside(place);
  mkdirSync(dirname(place), { recursive: true });
  try {
    renameSync(place, old);
  } catch (error) {
    // A folder that is part of a container's image can be deleted, and not renamed.
    if (error.code === "EXDEV") rmSync(place, { recursive: true, force: true });
    else if (error.code !== "ENOENT") throw error;
  }
  renameSync(folder, place);
  rmSync(old, { recursive: true, force: true });
}

export function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The value in a JSON file; a missing or broken file is no value. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
