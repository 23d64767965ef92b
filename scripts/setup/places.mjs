// Where setup keeps things: everything it makes is in `.cache/` of the project, so deleting that folder starts afresh.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");
export const cache = join(root, ".cache");
export const bin = join(cache, "bin");
