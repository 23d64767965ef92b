/** Brings the tables of DATABASE_URL up to date and ends: what a deployment runs before new replicas of persistence. */
import { loadDotEnv, StartError } from "@madang/runtime";
import { migrationConfig } from "./config.ts";
import { migrateStore } from "./store/open-store.ts";

loadDotEnv();
try {
  const applied = await migrateStore(migrationConfig(process.env).databaseUrl);
  process.stdout.write(applied.length === 0 ? "The tables are up to date.\n" : `Applied: ${applied.join(", ")}.\n`);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
