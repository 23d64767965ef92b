// One process at a time works in a data directory. The claim is a file that names its holder, and it dies with the
// holder: a claim whose process is gone, or whose number another process has by now, counts for nothing.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { birthOf, isAlive } from "./processes.ts";

export class DirectoryInUse extends Error {
  override name = "DirectoryInUse";
  readonly holder: number;

  constructor(directory: string, holder: number) {
    super(`${directory} is in use by process ${holder}.`);
    this.holder = holder;
  }
}

export interface DirectoryClaim {
  release(): void;
}

let drafts = 0;

/** Claims the directory, making it where it is missing. A holder that is still leaving is given a moment. */
export async function claimDirectory(directory: string, { withinMs = 5_000 } = {}): Promise<DirectoryClaim> {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "owner");
  const draft = join(directory, `owner.${process.pid}.${++drafts}`);
  writeFileSync(draft, `${process.pid} ${birthOf(process.pid)}\n`);
  try {
    const deadline = performance.now() + withinMs;
    for (;;) {
      // A link either makes the whole file or nothing, so of two that claim at once one is refused.
      if (tryLink(draft, file)) return { release: () => rmSync(file, { force: true }) };
      const found = read(file);
      const holder = holderOf(found);
      if (holder === undefined) removeStale(file, found);
      else if (performance.now() > deadline) throw new DirectoryInUse(directory, holder);
      else await sleep(50);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** The living process that a claim names. */
function holderOf(claim: string): number | undefined {
  const [pid = 0, birth = ""] = claim
    .trim()
    .split(" ")
    .map((part, place) => (place === 0 ? Number(part) : part)) as [number?, string?];
  return pid > 0 && isAlive(pid) && birthOf(pid) === birth ? pid : undefined;
}

/** Takes a dead claim away, unless somebody has put a fresh one in its place since we read it. */
function removeStale(file: string, seen: string): void {
  const aside = `${file}.${process.pid}.${++drafts}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (read(aside) !== seen) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
