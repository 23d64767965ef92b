// The project as it was at some commit, ready to run: a checkout of its own, with its own packages.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { project } from "../support/processes.ts";

const releases = join(tmpdir(), "madang-releases");

/**
 * Its folder, outside the project: what it lacks must not be found in ours. Made the first time, in half a minute or so.
 *
 * @throws Error where there is no such revision here, as in a shallow checkout, or its setup fails
 */
export function formerRelease(revision: string): string {
  const commit = git(project, "rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`).trim();
  const directory = join(releases, commit);
  const complete = join(directory, ".cache/complete");
  if (existsSync(complete)) return directory;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(releases, { recursive: true });
  git(project, "clone", "--quiet", "--shared", "--no-checkout", project, directory);
  git(directory, "checkout", "--quiet", "--detach", commit);
  execFileSync(process.execPath, ["scripts/setup.mjs"], { cwd: directory, stdio: ["ignore", "inherit", "inherit"] });
  writeFileSync(complete, "");
  return directory;
}

const git = (directory: string, ...args: string[]) => execFileSync("git", args, { cwd: directory, encoding: "utf8" });
