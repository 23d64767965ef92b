// Tells whether something that setup made still fits the files it was made from.
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readText, writeWhole } from "./files.mjs";
import { cache, root } from "./places.mjs";

/** A stamp over the content of files, given by their paths in the project. */
export class Stamp {
  #file;
  #paths;

  constructor(name, paths) {
    this.#file = join(cache, `${name}.stamp`);
    this.#paths = paths;
  }

  fits() {
    return readText(this.#file) === this.#hash();
  }

  set() {
    writeWhole(this.#file, this.#hash());
  }

  #hash() {
    const hash = createHash("sha256");
    for (const path of this.#paths()) hash.update(`${path}\0${readText(join(root, path)) ?? ""}\0`);
    return hash.digest("hex");
  }
}

/** The manifests of the workspace, as pnpm-workspace.yaml lists its packages: plain folders, or `folder/*`. */
export function manifests() {
  const listed = /^packages:\n((?:[ \t]+-.*\n)*)/m.exec(readText(join(root, "pnpm-workspace.yaml")) ?? "")?.[1] ?? "";
  const folders = [...listed.matchAll(/-\s*["']?([^"'\s]+)/g)].flatMap(([, pattern]) => {
    if (!pattern.endsWith("/*")) return [pattern];
    const parent = pattern.slice(0, -2);
    return readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`);
  });
  return ["package.json", ...folders.sort().map((folder) => `${folder}/package.json`)];
}
