/** What is to be saved: the all-in-one that runs here, or the one that does not, or services that use a NATS of their own. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Bus } from "@madang/bus";
import { type Closers, createLogger, runningNatsServer, StartError } from "@madang/runtime";
import { openDataDirectory, placesIn, secretsFile } from "../data-directory.ts";
import { startPrivateNats } from "../private-nats.ts";
import type { BackupSettings } from "./settings.ts";

export interface Source {
  readonly bus: Bus;
  /** The SQLite file; undefined: the store is a server of its own. */
  readonly database: string | undefined;
  /** Those of the installation, where they are in its folder. */
  readonly secrets: string | undefined;
}

/** `stopped`: it must not run, and is kept from being started meanwhile. @throws StartError */
export async function openSource(
  settings: BackupSettings,
  closers: Closers,
  { stopped = false }: { stopped?: boolean } = {},
): Promise<Source> {
  const { dataDirectory, natsUrl, natsCaFile } = settings;
  if (natsUrl !== undefined && !stopped) {
    const bus = await connectTo({ url: natsUrl, caFile: natsCaFile }, closers);
    return { bus, database: fileOf(settings.databaseUrl), secrets: undefined };
  }
  const { nats, database } = placesIn(dataDirectory);
  if (!existsSync(nats)) throw new StartError(`There is no data of an all-in-one in ${dataDirectory}.`);
  const running = stopped ? undefined : runningNatsServer(nats);
  const url = running ?? (await startStopped(settings, closers));
  const secrets = secretsFile(dataDirectory);
  return {
    bus: await connectTo({ url }, closers),
    database: databaseOf(settings, database, stopped),
    secrets: existsSync(secrets) ? secrets : undefined,
  };
}

export async function connectTo({ url, caFile }: { url: string; caFile?: string | undefined }, closers: Closers): Promise<Bus> {
  const bus = await Bus.connect({ url, caFile, name: "backup", onHandlerError: () => {} });
  closers.add(() => bus.close());
  return bus;
}

async function startStopped({ dataDirectory, natsServer }: BackupSettings, closers: Closers): Promise<string> {
  const data = await openDataDirectory(dataDirectory);
  closers.add(() => data.release());
  const logger = createLogger("backup");
  const server = await startPrivateNats({ binary: natsServer, directory: data.nats, durability: "process", logger });
  closers.add(() => server.stop());
  return server.url;
}

/** What is moved is what lies here: DATABASE_URL may name the database that it is moved to. */
function databaseOf({ databaseUrl }: BackupSettings, own: string, stopped: boolean): string | undefined {
  const file = fileOf(databaseUrl);
  if (file !== undefined || databaseUrl === undefined) return file ?? own;
  return stopped && existsSync(own) ? own : undefined;
}

/** The file that a database's address names, if it is one of a file. */
export function fileOf(url: string | undefined): string | undefined {
  if (!url?.startsWith("file:")) return undefined;
  return url.startsWith("file://") ? fileURLToPath(url) : url.slice("file:".length);
}
