// One setup at a time: a second one waits, and then finds everything done.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cache } from "./places.mjs";
import { say } from "./say.mjs";

const lock = join(cache, "setup.lock");
// No step takes that long: the holder's number then belongs to some other process by now.
const staleAfterMs = 30 * 60_000;

export async function withLock(work) {
  mkdirSync(cache, { recursive: true });
  // The folder is renamed into place with its owner in it, so that no lock is ever without one.
  const mine = mkdtempSync(join(cache, "lock-"));
  writeFileSync(join(mine, "owner"), String(process.pid));
  let held = false;
  const release = () => rmSync(held ? lock : mine, { recursive: true, force: true });
  // Also when the wait or the work is cut short, by Ctrl-C for one.
  process.once("exit", release);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

  let told = false;
  while (!tryMove(mine, lock)) {
    const owner = ownerOf(lock);
    if (owner === undefined) {
      breakStale();
      continue;
    }
    if (!told) say(`another setup is at work (process ${owner}): waiting for it`);
    told = true;
    await sleep(100);
  }
  held = true;
  removeScratch();
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** What a setup that was killed had begun: only the holder of the lock makes such folders. */
function removeScratch() {
  for (const name of readdirSync(cache).filter((name) => name.startsWith("scratch-"))) {
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** The living process that holds a lock. */
function ownerOf(folder) {
  try {
    const pid = Number(readFileSync(join(folder, "owner"), "utf8"));
    if (Date.now() - statSync(folder).mtimeMs > staleAfterMs) return undefined;
    return isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Takes a dead lock away. A fresh one that came into its place since we looked is put back. */
function breakStale() {
  const aside = `${lock}-${process.pid}`;
  if (!tryMove(lock, aside)) return;
  if (ownerOf(aside) === undefined || !tryMove(aside, lock)) rmSync(aside, { recursive: true, force: true });
}

function tryMove(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["EEXIST", "ENOTEMPTY", "EPERM", "ENOENT"].includes(error.code)) return false;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
