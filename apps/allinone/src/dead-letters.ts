/** `npm run dead-letters -- list|show|replay`: of the all-in-one that runs here, or of what NATS_URL and DATABASE_URL name. */
import { resolve } from "node:path";
import { runDeadLetters } from "@madang/persistence";
import { loadDotEnv, runningNatsServer } from "@madang/runtime";
import { placesIn } from "./data-directory.ts";

loadDotEnv();
const directory = resolve(process.env.MADANG_DATA_DIR || ".madang");
const { nats, database } = placesIn(directory);
const natsUrl = process.env.NATS_URL || runningNatsServer(nats);
if (natsUrl === undefined) {
  process.stderr.write(`No Madang runs on ${directory}: start it with npm start, or set NATS_URL.\n`);
  process.exit(1);
}
const databaseUrl = process.env.DATABASE_URL || `file:${database}`;
process.exitCode = await runDeadLetters(process.argv.slice(2), {
  ...process.env,
  NATS_URL: natsUrl,
  // It goes with NATS_URL.
  NATS_CA_FILE: process.env.NATS_URL ? process.env.NATS_CA_FILE : undefined,
  DATABASE_URL: databaseUrl,
});
