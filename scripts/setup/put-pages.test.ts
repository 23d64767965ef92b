import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { putPages } from "./put-pages.mjs";

test("new pages come whole, with the assets of the build before beside theirs, and none of older ones", () => {
  const folder = mkdtempSync(join(tmpdir(), "madang-pages-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = join(folder, "dist");
  const put = (build: string, ...assets: string[]) => {
    const built = join(folder, build);
    mkdirSync(join(built, "assets"), { recursive: true });
    writeFileSync(join(built, "index.html"), build);
    for (const name of assets) writeFileSync(join(built, "assets", name), build);
    putPages(built, place);
    const names = readdirSync(join(place, "assets")).filter((name) => !name.startsWith("."));
    return [readFileSync(join(place, "index.html"), "utf8"), ...names.sort()];
  };
  expect(put("first", "page-1.js", "same.css")).toEqual(["first", "page-1.js", "same.css"]);
  expect(put("second", "page-2.js", "same.css")).toEqual(["second", "page-1.js", "page-2.js", "same.css"]);
  expect(put("third", "page-3.js", "same.css")).toEqual(["third", "page-2.js", "page-3.js", "same.css"]);
  expect(put("fourth", "page-2.js")).toEqual(["fourth", "page-2.js", "page-3.js", "same.css"]);
  expect(put("fifth", "page-5.js")).toEqual(["fifth", "page-2.js", "page-5.js"]);
  expect(readdirSync(folder)).toEqual(["dist"]);
});
