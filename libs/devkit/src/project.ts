// Where setup put what tests need: the cache at the top of the project.
import { join } from "node:path";

export const cacheOfProject = join(import.meta.dirname, "../../../.cache");
