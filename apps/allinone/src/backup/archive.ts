/**
 * What a backup is: a folder with a file for each stream, the database, the secrets, and `manifest.json`, which names them all with their
 * digests. It is written last, so that a folder without one is no backup.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { SavedStream } from "@madang/log";
import { StartError } from "@madang/runtime";
import { z } from "zod";
import { savedStreams } from "./streams.ts";

const ArchivedFile = z.object({
  // Of the folder itself: none that leads out of it.
  name: z.string().regex(/^\w[\w.-]*$/),
  bytes: z.int().min(0),
  sha256: z.string(),
});
type ArchivedFile = z.infer<typeof ArchivedFile>;

const ArchivedStream = z.object({
  file: z.string(),
  config: z.looseObject({ name: z.enum(savedStreams) }),
  state: z.looseObject({ messages: z.int(), first_seq: z.int(), last_seq: z.int() }),
});

export const Contents = z.object({
  v: z.literal(1),
  /** When it was begun: all that was acknowledged before is in it. ISO 8601. */
  begun: z.string(),
  files: z.array(ArchivedFile),
  /** In the order in which they were saved. */
  streams: z.array(ArchivedStream),
  /** The SQLite database's file; null: the store is elsewhere. */
  database: z.string().nullable(),
  /** The file of the installation's secrets; null: they are elsewhere. */
  secrets: z.string().nullable(),
});
export type Contents = z.infer<typeof Contents>;

/** The digest is that of the contents' JSON text. */
const Manifest = z.object({ sha256: z.string(), contents: z.looseObject({ v: z.int() }) });

const manifestFile = "manifest.json";
export const databaseFile = "madang.db";
export const secretsFileName = "secrets.json";

/** A backup that is being made. */
export class NewArchive {
  readonly path: string;
  readonly #begun = new Date().toISOString();
  readonly #files: ArchivedFile[] = [];
  readonly #streams: Contents["streams"] = [];

  /** @throws StartError: there is something already, or it cannot be made */
  static async begin(given: string): Promise<NewArchive> {
    const path = resolve(given);
    try {
      // For our eyes only: all comments and secrets are in it.
      await mkdir(path, { recursive: true, mode: 0o700 });
      if ((await readdir(path)).length > 0)
        throw new StartError(`${path} is not empty: a backup is made into a folder of its own.`);
      await chmod(path, 0o700);
    } catch (cause) {
      if (cause instanceof StartError) throw cause;
      throw new StartError(`${path} cannot be written (${(cause as NodeJS.ErrnoException).code ?? cause}).`, { cause });
    }
    return new NewArchive(path);
  }

  private constructor(path: string) {
    this.path = path;
  }

  place(name: string): string {
    return join(this.path, name);
  }

  /** Writes what `fill` gives. */
  async addFile(name: string, fill: (write: (chunk: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
    const hash = createHash("sha256");
    let bytes = 0;
    const handle = await open(this.place(name), "wx", 0o600);
    try {
      await fill(async (chunk) => {
        hash.update(chunk);
        bytes += chunk.length;
        await handle.writeFile(chunk);
      });
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#files.push({ name, bytes, sha256: hash.digest("hex") });
  }

  /** Takes in a file that is there. */
  async addWritten(name: string): Promise<void> {
    const path = this.place(name);
    await chmod(path, 0o600);
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#files.push({ name, ...(await digestOf(path)) });
  }

  addStream(file: string, { config, state }: SavedStream): void {
    this.#streams.push({ file, config, state });
  }

  /** Only now is it a backup. */
  async finish(about: Pick<Contents, "database" | "secrets">): Promise<Contents> {
    const contents: Contents = { v: 1, begun: this.#begun, files: this.#files, streams: this.#streams, ...about };
    const manifest = { sha256: sha256(JSON.stringify(contents)), contents };
    const path = this.place(manifestFile);
    await writeFile(`${path}.part`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(`${path}.part`, path);
    const folder = await open(this.path, "r");
    try {
      // Its entry, too: a backup that was told of is there after a power cut.
      await folder.sync();
    } finally {
      await folder.close();
    }
    return contents;
  }
}

/** A whole backup. */
export class Archive {
  readonly path: string;
  readonly contents: Contents;

  /** Reads all of it. @throws StartError: it is no backup, or not whole, or damaged, or of another version */
  static async open(given: string): Promise<Archive> {
    const path = resolve(given);
    const contents = await readManifest(path);
    for (const { name, bytes, sha256 } of contents.files) {
      const damaged = (how: string, cause?: unknown) =>
        new StartError(`The backup ${path} is damaged: ${name} ${how}. Nothing was touched.`, { cause });
      const unreadable = (cause: unknown) => {
        throw damaged("cannot be read", cause);
      };
      // A link leads out of the folder, and a pipe never ends.
      const entry = await lstat(join(path, name)).catch(unreadable);
      if (!entry.isFile() || entry.size !== bytes) throw damaged("is not what was written");
      if ((await digestOf(join(path, name)).catch(unreadable)).sha256 !== sha256) throw damaged("is not what was written");
    }
    return new Archive(path, contents);
  }

  private constructor(path: string, contents: Contents) {
    this.path = path;
    this.contents = contents;
  }

  place(name: string): string {
    return join(this.path, name);
  }

  read(name: string): AsyncIterable<Uint8Array> {
    // As large as the server takes them: its messages are 1 MiB at most.
    return createReadStream(this.place(name), { highWaterMark: 128 * 1024 });
  }
}

async function readManifest(path: string): Promise<Contents> {
  let text: string;
  try {
    text = await readFile(join(path, manifestFile), "utf8");
  } catch (cause) {
    throw new StartError(`${path} is no backup, or one that was not finished: it has no ${manifestFile}.`, { cause });
  }
  const damaged = new StartError(`The backup ${path} is damaged: ${manifestFile} is not what was written. Nothing was touched.`);
  let manifest: z.infer<typeof Manifest>;
  try {
    manifest = Manifest.parse(JSON.parse(text));
  } catch {
    throw damaged;
  }
  if (sha256(JSON.stringify(manifest.contents)) !== manifest.sha256) throw damaged;
  if (manifest.contents.v !== 1)
    throw new StartError(`The backup ${path} is of version ${manifest.contents.v}, and this Madang reads 1.`);
  const contents = Contents.safeParse(manifest.contents);
  if (!contents.success || !isComplete(contents.data)) throw damaged;
  return contents.data;
}

/** What it names is among its files, whose digests are known. */
function isComplete({ files, streams, database, secrets }: Contents): boolean {
  const named = [...streams.map(({ file }) => file), database, secrets].filter((name) => name !== null);
  const there = new Set(files.map(({ name }) => name));
  return named.every((name) => there.has(name));
}

async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
