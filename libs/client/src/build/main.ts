/** `npm run build:client`: the package as it is published, in `libs/client/dist`: ES modules, types, and no dependency but React, where one uses it. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiPage } from "./api-page.ts";
import { bundle, gzippedKb } from "./bundle.ts";

const client = join(import.meta.dirname, "../..");
const project = join(client, "../..");
const dist = process.argv[2] ?? join(client, "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const code = { index: await bundle("index"), react: await bundle("react") };
for (const [name, text] of Object.entries(code)) writeFileSync(join(dist, `${name}.js`), text);

const tsc = join(project, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(client, "tsconfig.build.json"), "--outDir", dist], { stdio: "inherit" });

// Types that nobody can reach are of the inside.
const reached = new Set<string>();
const reach = (file: string) => {
  if (reached.has(file)) return;
  reached.add(file);
  const types = readFileSync(join(dist, file), "utf8").replaceAll(/(from "\.\/[^"]+)\.ts"/g, '$1.js"');
  writeFileSync(join(dist, file), types);
  for (const [, name] of types.matchAll(/from "\.\/([^"]+)\.js"/g)) reach(`${name}.d.ts`);
};
for (const name of ["index", "react"]) reach(`${name}.d.ts`);
for (const file of readdirSync(dist)) if (file.endsWith(".d.ts") && !reached.has(file)) rmSync(join(dist, file));

const typesOf = (file: string): [string, string] => [file.replace(".d.ts", ""), readFileSync(join(dist, file), "utf8")];
writeFileSync(join(dist, "API.md"), apiPage(new Map([...reached].map(typesOf))));

const { version, license } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
const { name, peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(client, "package.json"), "utf8"));
const entry = (file: string) => ({ types: `./${file}.d.ts`, default: `./${file}.js` });
const manifest = {
  name,
  version,
  description: "Live chat for browsers and Node: the client of Madang.",
  license,
  type: "module",
  sideEffects: false,
  engines: { node: ">=20" },
  exports: { ".": entry("index"), "./react": entry("react"), "./package.json": "./package.json" },
  peerDependencies,
  peerDependenciesMeta,
};
writeFileSync(join(dist, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
cpSync(join(project, "docs/sdk.md"), join(dist, "README.md"));
cpSync(join(project, "LICENSE"), join(dist, "LICENSE"));
console.log(`${dist}: ${gzippedKb(code.index).toFixed(1)} KB gzipped, the transport included`);
