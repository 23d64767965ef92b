/** `npm run restore`: a backup of an all-in-one, into a data directory. */
import { chmod, copyFile, mkdir, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, isAbsolute, join, relative, sep } from "node:path";
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

/** Answers the folder where the former data are now, if there were any. What fails leaves them where they were. @throws StartError */
export async function restoreDirectory(options: RestoreDirectoryOptions): Promise<string | undefined> {
  const { archive, directory } = options;
  const { database } = archive.contents;
  if (database === null)
    throw new StartError(
      "This backup has no database, as it is one of services with a database server: restore it with --nats and --database.",
    );
  const closers = new Closers();
  try {
    const there = await claim(options, closers);
    const aside = new Aside(directory, options.now());
    const running = new Closers();
    try {
      await writeFile(restoreMark(directory), "", { mode: 0o600, flush: true });
      await aside.put(there.filter((name) => name !== restoring));
      await fill(options, { from: archive.place(database), to: placesIn(directory).database }, running);
    } catch (error) {
      await running.close(() => {});
      await undo({ directory, aside, keepMark: there.includes(restoring) });
      throw error;
    }
    return aside.folder;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (cause instanceof StartError || code === undefined) throw cause;
    throw new StartError(`${directory} cannot be filled (${code}). What was there is as it was.`, { cause });
  } finally {
    await closers.close(() => {});
  }
}

/** As if nothing had been tried. @throws StartError: where that fails, the mark stays, and nobody starts on what is left */
async function undo({ directory, aside, keepMark }: { directory: string; aside: Aside; keepMark: boolean }): Promise<void> {
  try {
    if (aside.complete) await removeMade(directory);
    await aside.putBack();
    if (!keepMark) await rm(restoreMark(directory), { force: true });
  } catch (cause) {
    throw new StartError(
      `${directory} is neither restored nor as it was (${(cause as Error).message}): what was there is in ${aside.path}.`,
      { cause },
    );
  }
}

const restoring = basename(restoreMark(""));

/** Sees to it that nobody begins anything. Answers what is there already, and may be put aside. */
async function claim({ archive, directory, force }: RestoreDirectoryOptions, closers: Closers): Promise<string[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    const claimed = await claimDirectory(directory, { withinMs: 1_000 });
    closers.add(() => claimed.release());
  } catch (cause) {
    if (!(cause instanceof DirectoryInUse)) throw cause;
    throw new StartError(
      `The data directory ${directory} is in use (process ${cause.holder}): stop it first. Nothing was touched.`,
      { cause },
    );
  }
  const kept = await entryOf(archive, directory);
  const there = (await readdir(directory)).filter(
    (name) => name !== kept && !/^(?:owner(?:\..*)?|lost\+found|before-.*)$/.test(name),
  );
  if (there.length > 0 && !force) {
    const what = there.includes(restoring) ? "holds a restore that was not finished" : "is not empty";
    throw new StartError(`${directory} ${what}: --force puts what is there aside. Nothing was touched.`);
  }
  return there;
}

/** What of a directory holds the backup that is restored into it, if it lies in there: that stays where it is. @throws StartError */
async function entryOf({ path }: Archive, directory: string): Promise<string | undefined> {
  const [entry = ""] = relative(await realpath(directory), await realpath(path)).split(sep);
  if (entry === ".." || isAbsolute(entry)) return undefined;
  if (entry === "" || madeIn(directory).includes(join(directory, entry)))
    throw new StartError(`The backup ${path} lies where it would be restored to. Nothing was touched.`);
  return entry;
}

/** All that a restore makes. */
function madeIn(directory: string): string[] {
  const { nats, database } = placesIn(directory);
  return [nats, database, `${database}-wal`, `${database}-shm`, secretsFile(directory)];
}

async function removeMade(directory: string): Promise<void> {
  for (const made of madeIn(directory)) await rm(made, { recursive: true, force: true });
}

/** What was in the directory before, in a folder within. */
class Aside {
  readonly path: string;
  readonly #directory: string;
  readonly #moved: string[] = [];
  #made = false;
  #complete = false;

  constructor(directory: string, now: Date) {
    this.#directory = directory;
    this.path = join(directory, `before-${now.toISOString().replaceAll(":", "-")}`);
  }

  /** Nothing of the former data is left in the directory. */
  get complete(): boolean {
    return this.#complete;
  }

  /** If there was anything. */
  get folder(): string | undefined {
    return this.#moved.length > 0 ? this.path : undefined;
  }

  async put(names: readonly string[]): Promise<void> {
    if (names.length > 0) {
      await mkdir(this.path, { mode: 0o700 });
      this.#made = true;
    }
    for (const name of names) {
      await rename(join(this.#directory, name), join(this.path, name));
      this.#moved.push(name);
    }
    this.#complete = true;
  }

  async putBack(): Promise<void> {
    for (const name of this.#moved.splice(0)) await rename(join(this.path, name), join(this.#directory, name));
    if (this.#made) await rmdir(this.path);
  }
}

async function fill(
  { archive, directory, natsServer }: RestoreDirectoryOptions,
  database: { from: string; to: string },
  running: Closers,
): Promise<void> {
  const { contents } = archive;
  await copyFile(database.from, database.to);
  await chmod(database.to, 0o600);
  expectNotAhead(storedIn(database.to), contents);
  if (contents.secrets !== null) {
    // Whoever may read the copy that is restored, this one is for nobody else's eyes at any time.
    await writeFile(secretsFile(directory), await readFile(archive.place(contents.secrets)), { mode: 0o600, flag: "wx" });
  }
  const logger = createLogger("restore");
  const { nats } = placesIn(directory);
  const server = await startPrivateNats({ binary: natsServer, directory: nats, durability: "power", logger });
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
