import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** The result that was written last. Recovery, store and soak have files of their own form. */
export function latestResult(directory: string): string {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(".json") && !/-(recovery|store|soak)\.json$/.test(name))
    .map((name) => join(directory, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const [latest] = files;
  if (latest === undefined) throw new Error("there is no result yet: `npm run bench` makes one");
  return latest;
}
