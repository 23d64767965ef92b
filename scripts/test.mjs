// `npm test`: sets up, lints, checks types, and runs every test. More arguments go to vitest: `npm test -- libs/actor`.
// The last line is always `N passed, N failed`, where the lint and the type check count as one each.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { figuresOf } from "./figures.mjs";
import { readJson } from "./setup/files.mjs";
import { bin, cache, root } from "./setup/places.mjs";

const args = process.argv.slice(2);
const reportFile = join(cache, "vitest.json");
const tools = join(root, "node_modules/.bin");
// Every tool runs on the project's Node, which is not always the one that runs this.
const env = { ...process.env, PATH: [bin, tools, process.env.PATH].join(delimiter) };
let passed = 0;
let failed = 0;

function show(title, command, ...commandArgs) {
  process.stdout.write(`\n== ${title}\n`);
  return new Promise((resolve) => {
    const child = spawn(command, commandArgs, { cwd: root, env, stdio: "inherit" });
    child.on("error", (error) => {
      process.stdout.write(`${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

async function check(title, ...command) {
  if ((await show(title, ...command)) === 0) passed++;
  else failed++;
}

async function tests() {
  rmSync(reportFile, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const exitCode = await show("tests", join(bin, "node"), vitest, "run", ...reporters, ...args);
  const chosen = args.some((arg) => arg === "-t" || arg.startsWith("--testNamePattern"));
  const figures = figuresOf(readJson(reportFile), { exitCode, chosen });
  passed += figures.passed;
  failed += figures.failed;
}

if ((await show("setup", process.execPath, join(root, "scripts/setup.mjs"), "--test")) !== 0) {
  failed++;
} else {
  await check("lint", join(tools, "biome"), "check", ".");
  await check("types", join(tools, "tsc"), "-p", "tsconfig.json");
  await check("types of the pages", join(tools, "tsc"), "-p", "apps/web/tsconfig.json");
  await check("types of the tests in browsers", join(tools, "tsc"), "-p", "e2e/faces/tsconfig.json");
  await check("types of the examples in browsers", join(tools, "tsc"), "-p", "examples/sdk/tsconfig.json");
  await tests();
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
