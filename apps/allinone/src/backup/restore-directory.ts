/** `npm run restore`: a backup of an all-in-one, into a data directory. */
import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Closers, claimDirectory, createLogger, DirectoryInUse, StartError } from "@madang/runtime";
import { placesIn, restoreMark, secretsFile } from "../data-directory.ts";
import { startPrivateNats } from "../private-nats.ts";
import type { Archive } from "./archive.ts";
import { catchUp } from "./catch-up.ts";
import { expectNotAhead, storedIn } from "./database.ts";
import { flushFiles } from "./flush-files.ts";
import { restoreStreams } from "./restore-streams.ts";
import { connectTo } from "./source.ts";

export interface RestoreDirectoryOptions {
  archive: Archive;
  /** Made where it is missing. */
  directory: string;
  /** Puts what is there aside, in a folder within. */
  force: boolean;
  natsServer: string;
  now: () => Date;
}

/** Answers the folder where the former data are now, if there were any. @throws StartError */
export async function restoreDirectory(options: RestoreDirectoryOptions): Promise<string | undefined> {
  const { archive, directory } = options;
  const { database } = archive.contents;
  if (database === null)
    throw new StartError(
      "This backup has no database, as it is one of services with a database server: restore it with --nats and --database.",
    );
  const closers = new Closers();
  try {
    const former = await clear(options, closers);
    const places = placesIn(directory);
    try {
      await fill(options, { from: archive.place(database), to: places.database }, closers);
    } catch (error) {
      await closers.close(() => {});
      for (const made of [
        places.nats,
        places.database,
        `${places.database}-wal`,
        `${places.database}-shm`,
        secretsFile(directory),
      ])
        await rm(made, { recursive: true, force: true });
      await rm(restoreMark(directory), { force: true });
      throw error;
    }
    return former;
  } finally {
    await closers.close(() => {});
  }
}

/** Sees to it that there is nothing, and that nobody begins anything. */
async function clear({ directory, force, now }: RestoreDirectoryOptions, closers: Closers): Promise<string | undefined> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    const claim = await claimDirectory(directory, { withinMs: 1_000 });
    closers.add(() => claim.release());
  } catch (cause) {
    if (!(cause instanceof DirectoryInUse)) throw cause;
    throw new StartError(
      `The data directory ${directory} is in use (process ${cause.holder}): stop it first. Nothing was touched.`,
      { cause },
    );
  }
  const there = (await readdir(directory)).filter((name) => !/^(?:owner|lost\+found|before-.*)$/.test(name));
  if (there.length > 0 && !force) {
    const what = there.includes("restoring") ? "holds a restore that was not finished" : "is not empty";
    throw new StartError(`${directory} ${what}: --force puts what is there aside. Nothing was touched.`);
  }
  await writeFile(restoreMark(directory), "", { mode: 0o600, flush: true });
  const aside = there.filter((name) => name !== "restoring");
  if (aside.length === 0) return undefined;
  const former = join(directory, `before-${now().toISOString().replaceAll(":", "-")}`);
  await mkdir(former, { mode: 0o700 });
  for (const name of aside) await rename(join(directory, name), join(former, name));
  return former;
}

async function fill(
  { archive, directory, natsServer }: RestoreDirectoryOptions,
  database: { from: string; to: string },
  closers: Closers,
): Promise<void> {
  const { contents } = archive;
  await copyFile(database.from, database.to);
  await chmod(database.to, 0o600);
  expectNotAhead(storedIn(database.to), contents);
  if (contents.secrets !== null) {
    await copyFile(archive.place(contents.secrets), secretsFile(directory));
    await chmod(secretsFile(directory), 0o600);
  }
  const logger = createLogger("restore");
  const { nats } = placesIn(directory);
  const server = await startPrivateNats({ binary: natsServer, directory: nats, durability: "power", logger });
  const running = new Closers();
  closers.add(() => running.close(() => {}));
  running.add(() => server.stop());
  const bus = await connectTo({ url: server.url }, running);
  const { age } = await restoreStreams(bus, archive, { replicas: 1 });
  await catchUp(bus, { NATS_URL: server.url, DATABASE_URL: `file:${database.to}` });
  await age();
  await running.close(() => {});
  // The broker and the store have written, and nobody had to be sure of it. The backup may be deleted after this.
  await flushFiles(directory);
  await rm(restoreMark(directory));
}
