/** `backup`, `restore` and `move`, as a person types them. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { LogUnavailable, StreamNotCopied } from "@madang/log";
import { RowsDiffer } from "@madang/persistence";
import { Closers, type Environment, StartError } from "@madang/runtime";
import { placesIn } from "../data-directory.ts";
import { Archive } from "./archive.ts";
import { backUp, inWords } from "./backup.ts";
import { move } from "./move.ts";
import { restoreDirectory } from "./restore-directory.ts";
import { restoreServices } from "./restore-services.ts";
import { type BackupSettings, backupSettings } from "./settings.ts";
import { fileOf, openSource } from "./source.ts";

const usage = `usage: backup --to DIR
       restore --from DIR [--force]                     into the data directory (MADANG_DATA_DIR, .madang)
       restore --from DIR --nats URL --database URL     into NATS and MySQL
       move --nats URL --database URL                   the data directory's content, into NATS and MySQL
       both of the latter: [--replicas 1 | 3 | 5], and --services in the place of --nats and --database, for NATS_URL and DATABASE_URL
`;

interface Services {
  natsUrl: string;
  databaseUrl: string;
  replicas: number | undefined;
}

type Wish =
  | { verb: "backup"; to: string }
  | { verb: "restore"; from: string; force: boolean; services: Services | undefined }
  | { verb: "move"; services: Services };

export interface Output {
  out: (text: string) => void;
  error: (text: string) => void;
}

/** Answers the exit code: 0 if all is done. */
export async function runBackupCommand(args: readonly string[], environment: Environment, output: Output): Promise<number> {
  const wish = wishOf(args, environment);
  if (wish === undefined) {
    output.error(usage);
    return 64;
  }
  try {
    output.out(`${await fulfil(wish, backupSettings(environment))}\n`);
    return 0;
  } catch (error) {
    const expected = [StartError, StreamNotCopied, LogUnavailable, RowsDiffer].some((kind) => error instanceof kind);
    if (!expected) throw error;
    output.error(`${sentence(error as Error)}\n`);
    return 1;
  }
}

async function fulfil(wish: Wish, settings: BackupSettings): Promise<string> {
  const about = (services: Services) => ({
    ...services,
    natsCaFile: settings.natsCaFile,
    logMaxBytes: settings.logMaxBytes,
  });
  switch (wish.verb) {
    case "backup": {
      const closers = new Closers();
      try {
        const { path, contents } = await backUp(await openSource(settings, closers), wish.to);
        return `${path} is a backup of ${inWords(contents)}.`;
      } finally {
        await closers.close(() => {});
      }
    }
    case "restore": {
      const archive = await Archive.open(wish.from);
      if (wish.services !== undefined) return restored(await restoreServices({ ...about(wish.services), archive }));
      expectUsedHere(settings);
      const { dataDirectory: directory, natsServer } = settings;
      const former = await restoreDirectory({ archive, directory, force: wish.force, natsServer, now: () => new Date() });
      return `${directory} holds what was saved at ${archive.contents.begun}.${former === undefined ? "" : ` What was there is in ${former}.`}`;
    }
    case "move":
      return restored(await move(settings, about(wish.services)));
    default:
      return wish satisfies never;
  }
}

/** A site that has its log or its database elsewhere would go on with those, and not with what was put back. @throws StartError */
function expectUsedHere({ natsUrl, databaseUrl, dataDirectory }: BackupSettings): void {
  const named = databaseUrl === undefined ? undefined : fileOf(databaseUrl);
  const { database } = placesIn(dataDirectory);
  const elsewhere = [
    ...(natsUrl === undefined ? [] : ["NATS_URL"]),
    ...(databaseUrl === undefined || (named !== undefined && resolve(named) === resolve(database)) ? [] : ["DATABASE_URL"]),
  ];
  if (elsewhere.length > 0)
    throw new StartError(
      `${elsewhere.join(" and ")} would be used in the place of what is put back into ${dataDirectory}: unset it, or restore with --services. Nothing was touched.`,
    );
}

const restored = ({ rows, replicas }: { rows: number; replicas: number }) =>
  `The log is in NATS, with ${replicas === 1 ? "one copy" : `${replicas} copies`} of each record${rows === 0 ? "" : `, and ${rows} rows are in the database`}. ` +
  "Give the services the MADANG_TOKEN_SECRET and MADANG_API_KEY of before (secrets.json), and start them.";

function wishOf([verb, ...args]: readonly string[], environment: Environment): Wish | undefined {
  const values = read(args);
  if (values === undefined) return undefined;
  const { to, from, force = false, replicas } = values;
  const asked = servicesIn(values, environment);
  if (asked === undefined) return undefined;
  const { services } = asked;
  const named = services !== undefined;
  if (replicas !== undefined && !named) return undefined;
  if (verb === "backup" && to !== undefined && from === undefined && !named && !force) return { verb, to };
  if (verb === "restore" && from !== undefined && to === undefined && !(force && named)) return { verb, from, force, services };
  if (verb === "move" && services !== undefined && to === undefined && from === undefined && !force) return { verb, services };
  return undefined;
}

/** Where data go, if not into the data directory; undefined: half of it is missing. From the environment, passwords are in no list of processes. */
function servicesIn(
  values: NonNullable<ReturnType<typeof read>>,
  environment: Environment,
): { services: Services | undefined } | undefined {
  const { nats, database, services = false, replicas } = values;
  if (!services && nats === undefined && database === undefined) return { services: undefined };
  if (services && (nats !== undefined || database !== undefined)) return undefined;
  const natsUrl = services ? environment.NATS_URL : nats;
  const databaseUrl = services ? environment.DATABASE_URL : database;
  if (!natsUrl || !databaseUrl || (replicas !== undefined && !/^[135]$/.test(replicas))) return undefined;
  return { services: { natsUrl, databaseUrl, replicas: replicas === undefined ? undefined : Number(replicas) } };
}

function read(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const flag = { type: "boolean" } as const;
    const options = { to: text, from: text, nats: text, database: text, replicas: text, force: flag, services: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch {
    return undefined;
  }
}

const sentence = ({ message }: Error) => (/[.!?]$/.test(message) ? message : `${message[0]?.toUpperCase()}${message.slice(1)}.`);
