// Runs once for each `vitest run`: starts the database server that all tests share, and stops it in the end.
//
// Nobody waits for it here, since most test files need no database. Its address, or the reason why there is none,
// goes into a file; testDatabase() waits for that file in the processes that need it.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SharedDatabase } from "./database.ts";
import { startDatabaseServer } from "./database-server.ts";

export default function setup(): () => Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "madang-test-run-"));
  const file = join(directory, "database.json");
  // Workers inherit the environment of this process.
  process.env.MADANG_TEST_DATABASE_FILE = file;
  const tell = (shared: SharedDatabase) => {
    writeFileSync(`${file}.tmp`, JSON.stringify(shared));
    renameSync(`${file}.tmp`, file);
  };

  const named = process.env.MADANG_TEST_DATABASE_URL;
  const starting = named ? Promise.resolve({ url: named, stop: async () => {} }) : startDatabaseServer();
  const told = starting.then(
    ({ url }) => tell({ url }),
    (error: Error) => tell({ missing: error.message }),
  );
  return async () => {
    await told;
    await starting.then(
      (server) => server.stop(),
      () => {},
    );
    rmSync(directory, { recursive: true, force: true });
  };
}
