import { join } from "node:path";

export const project = join(import.meta.dirname, "../..");
export const bench = join(project, "bench");
export const cache = join(project, ".cache");
