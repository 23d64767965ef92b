// Runs the Prisma command line: `node scripts/prisma.mjs generate`.
//
// It first fetches a native engine, even for commands that never start it. Where those find a path to "an engine" in
// the environment they fetch nothing, so they work on a closed network too. All others, such as `migrate`, are passed
// through untouched.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./setup/places.mjs";

const needNoEngine = ["generate", "validate", "format", "version", "--version", "-v"];
const persistence = join(root, "services/persistence");

const [command = "", ...rest] = process.argv.slice(2);
const env = { CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1", ...process.env };
if (needNoEngine.includes(command)) {
  env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
  // The configuration reads it, though these commands connect to nothing.
  env.DATABASE_URL ??= "mysql://nobody@127.0.0.1:1/none";
}
const cli = createRequire(join(persistence, "package.json")).resolve("prisma/build/index.js");
const { status } = spawnSync(process.execPath, [cli, command, ...rest], { cwd: persistence, stdio: "inherit", env });
process.exit(status ?? 1);
