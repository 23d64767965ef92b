/** `npm run backup`: all that was acknowledged before it began, into a folder, while everything goes on. */
import { copyFile } from "node:fs/promises";
import { limits, streamName } from "@madang/contracts";
import { StreamNotCopied, StreamSpace, saveStream } from "@madang/log";
import { StartError } from "@madang/runtime";
import { type Contents, databaseFile, NewArchive, secretsFileName } from "./archive.ts";
import { copyDatabase, storedIn } from "./database.ts";
import { forgotten, type LogEnds, type Stored } from "./order.ts";
import { patiently } from "./patiently.ts";
import type { Source } from "./source.ts";
import { logStreams, neededStreams, savedStreams } from "./streams.ts";

/**
 * The store first and the log last: what came between the two is in the log, and projected when the backup is put back. What the log
 * forgot between the two would be in neither, and fails the backup.
 *
 * @throws StartError: there is no backup then
 */
export async function backUp({ bus, database, secrets }: Source, to: string): Promise<{ path: string; contents: Contents }> {
  const archive = await NewArchive.begin(to);
  const { connection } = bus;
  const firstSequences = async (): Promise<Pick<LogEnds, "first">> => {
    const spaces = Array.from({ length: limits.streams }, (_, shard) =>
      patiently(() => new StreamSpace(connection, shard).taken()),
    );
    return { first: (await Promise.all(spaces)).map(({ firstSequence }) => firstSequence) };
  };
  try {
    const before = await firstSequences();
    const stored = database === undefined ? undefined : await addDatabase(archive, database);
    if (secrets !== undefined) {
      await copyFile(secrets, archive.place(secretsFileName));
      await archive.addWritten(secretsFileName);
    }
    for (const stream of savedStreams) await addStream(archive, connection, stream);
    if (stored !== undefined) expectNothingForgotten(stored, before, await firstSequences());
    const contents = await archive.finish({
      database: database === undefined ? null : databaseFile,
      secrets: secrets === undefined ? null : secretsFileName,
    });
    return { path: archive.path, contents };
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof StartError) throw cause;
    throw new StartError(`There is no backup, for ${cause.message}.`, { cause });
  }
}

async function addDatabase(archive: NewArchive, database: string): Promise<Stored> {
  const copy = archive.place(databaseFile);
  copyDatabase(database, copy);
  await archive.addWritten(databaseFile);
  return storedIn(copy);
}

async function addStream(archive: NewArchive, connection: Source["bus"]["connection"], stream: string): Promise<void> {
  const file = `${stream}.tar.s2`;
  let saved: Awaited<ReturnType<typeof saveStream>>;
  await archive.addFile(file, async (write) => {
    saved = await saveStream(connection, stream, write);
  });
  if (saved !== undefined) return archive.addStream(file, saved);
  if (neededStreams.includes(stream)) throw new StreamNotCopied(`there is no stream ${stream}`);
}

function expectNothingForgotten(stored: Stored, before: Pick<LogEnds, "first">, after: Pick<LogEnds, "first">): void {
  const lost = forgotten(stored, before, after).map(streamName);
  if (lost.length > 0)
    throw new StartError(
      `There is no backup: while it was made, ${lost.join(", ")} forgot what the copy of the database does not have. Make it once more.`,
    );
}

/** For those who read along. */
export function inWords({ streams, database }: Contents): string {
  const records = streams
    .filter(({ config }) => logStreams.includes(config.name))
    .reduce((sum, { state }) => sum + state.messages, 0);
  const store = database === null ? "not the database, which is a server of its own: dump it before" : "the database";
  return `${streams.length} streams, with ${records} records of the log, and ${store}`;
}
