/** `npm run restore -- --nats … --database …`: a backup, into the NATS and the database of separate services. */
import type { Bus } from "@madang/bus";
import { limits } from "@madang/contracts";
import { copyTables, emptyTables, filledTables, migrateStore, openStore } from "@madang/persistence";
import { Closers, StartError } from "@madang/runtime";
import type { Archive } from "./archive.ts";
import { catchUp } from "./catch-up.ts";
import { expectNotAhead } from "./database.ts";
import type { Stored } from "./order.ts";
import { expectNoStreams, type RestoredAs, restoreStreams } from "./restore-streams.ts";
import { connectTo } from "./source.ts";

export interface RestoreServicesOptions {
  archive: Archive;
  natsUrl: string;
  natsCaFile: string | undefined;
  databaseUrl: string;
  /** Copies of every record; undefined: 3 in a cluster, 1 on a single server. */
  replicas: number | undefined;
  /** As for `MADANG_LOG_MAX_BYTES`. */
  logMaxBytes: number | undefined;
}

/** Answers how many rows were copied: none, if the database had them already, from its own dump. @throws StartError */
export async function restoreServices(options: RestoreServicesOptions): Promise<{ rows: number; replicas: number }> {
  const { archive, natsUrl, natsCaFile, databaseUrl } = options;
  if (!databaseUrl.startsWith("mysql:"))
    throw new StartError("Separate services need a database server: --database mysql://user:password@host:port/database.");
  const closers = new Closers();
  try {
    const bus = await connectTo({ url: natsUrl, caFile: natsCaFile }, closers);
    await expectNoStreams(bus);
    const replicas = options.replicas ?? (bus.connection.info?.cluster === undefined ? 1 : 3);
    await migrateStore(databaseUrl);
    const rows = await bringRows(archive, databaseUrl);
    try {
      await bringLog(bus, options, { replicas, logMaxBytes: options.logMaxBytes });
    } catch (error) {
      if (archive.contents.database !== null) await emptyTables(databaseUrl).catch(() => {});
      throw error;
    }
    return { rows, replicas };
  } finally {
    await closers.close(() => {});
  }
}

/** What fails leaves the tables as they were. */
async function bringRows(archive: Archive, databaseUrl: string): Promise<number> {
  const { contents } = archive;
  const filled = await filledTables(databaseUrl);
  if (contents.database === null) {
    if (!filled.includes("positions"))
      throw new StartError("This backup has no database: load the dump that belongs to it first. Nothing was touched.");
    expectNotAhead(await storedAt(databaseUrl), contents);
    return 0;
  }
  if (filled.length > 0)
    throw new StartError(
      `The database has rows already (${filled.join(", ")}): an all-in-one's rows go into an empty one. Nothing was touched.`,
    );
  try {
    return await copyTables(archive.place(contents.database), databaseUrl);
  } catch (error) {
    await emptyTables(databaseUrl).catch(() => {});
    throw error;
  }
}

async function bringLog(
  bus: Bus,
  { archive, natsUrl, natsCaFile, databaseUrl }: RestoreServicesOptions,
  as: RestoredAs,
): Promise<void> {
  const { age, remove } = await restoreStreams(bus, archive, as);
  try {
    await catchUp(bus, {
      NATS_URL: natsUrl,
      NATS_CA_FILE: natsCaFile,
      DATABASE_URL: databaseUrl,
      MADANG_REPLICAS: String(as.replicas),
      MADANG_LOG_MAX_BYTES: as.logMaxBytes === undefined ? undefined : String(as.logMaxBytes),
    });
    await age();
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
}

async function storedAt(databaseUrl: string): Promise<Stored> {
  const store = await openStore(databaseUrl, { migrate: false });
  try {
    const shards = Array.from({ length: limits.streams }, (_, shard) => store.position(shard));
    return (await Promise.all(shards)).map(({ sequence }) => sequence);
  } finally {
    await store.close();
  }
}
