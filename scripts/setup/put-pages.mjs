// Puts newly built pages in the place of those that are served, while people have them open.
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { moveWhole, readJson, writeWhole } from "./files.mjs";

// A name with a dot before it is served to nobody.
const listOfFormer = ".former.json";

/**
 * Swaps the finished folder `built` for `place`. What the build before had under assets/ stays beside it, for the pages of that build that
 * are still open and load a part only now; what the one before that had goes.
 */
export function putPages(built, place) {
  const [from, to] = [join(place, "assets"), join(built, "assets")];
  const outlived = new Set(readJson(join(from, listOfFormer)) ?? []);
  const former = namesIn(from).filter((name) => !outlived.has(name) && !existsSync(join(to, name)));
  for (const name of former) cpSync(join(from, name), join(to, name));
  if (former.length > 0) writeWhole(join(to, listOfFormer), JSON.stringify(former));
  moveWhole(built, place);
}

function namesIn(folder) {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}
