// Builds the pages, and what other people's pages take, into a folder: `node apps/web/build.mjs [FOLDER]`, by default apps/web/dist.
// Beside each file of code there are its compressed forms, so that a gateway compresses nothing while people come.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

const here = import.meta.dirname;
const folder = resolve(process.argv[2] ?? join(here, "dist"));
const into = (outDir) => ({ root: here, logLevel: "warn", build: { outDir, emptyOutDir: true } });

await build({ ...into(folder), configFile: join(here, "vite.config.ts") });
await build({ ...into(join(folder, "embed")), configFile: join(here, "vite.embed.config.ts") });

for (const name of readdirSync(folder, { recursive: true })) {
  if (!/\.(?:js|css|svg)$/.test(name)) continue;
  const content = readFileSync(join(folder, name));
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
  writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
}
