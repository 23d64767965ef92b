/** The folder that holds all the all-in-one has: the log, the database, the secrets. One process at a time. */
import { randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { claimDirectory, DirectoryInUse, StartError } from "@madang/runtime";
import { z } from "zod";

const Secrets = z.object({ tokenSecret: z.string(), apiKey: z.string() });
export type Secrets = z.infer<typeof Secrets>;

export interface DataDirectory {
  readonly path: string;
  readonly nats: string;
  readonly database: string;
  release(): void;
}

/** @throws StartError */
export async function openDataDirectory(given: string): Promise<DataDirectory> {
  const path = resolve(given);
  try {
    // For our eyes only: all comments and secrets are in it.
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
    const claim = await claimDirectory(path);
    if (existsSync(restoreMark(path))) {
      claim.release();
      throw new StartError(
        `A restore into ${path} was not finished: what is there is not whole. Restore once more, with --force.`,
      );
    }
    return { path, ...placesIn(path), release: () => claim.release() };
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    if (cause instanceof DirectoryInUse) {
      throw new StartError(`The data directory ${path} is in use by another Madang (process ${cause.holder}).`, { cause });
    }
    throw new StartError(`The data directory ${path} cannot be written (${(cause as NodeJS.ErrnoException).code ?? cause}).`, {
      cause,
    });
  }
}

/** There while a restore is under way, and after one that was cut short: nobody starts on half of a log. */
export const restoreMark = (path: string) => join(path, "restoring");

export const placesIn = (path: string) => ({ nats: join(path, "nats"), database: join(path, "madang.db") });

export const secretsFile = (path: string) => join(path, "secrets.json");

/** The secrets of this installation, made at its first start, so that tokens stay good from one start to the next. */
export function secretsOf(path: string): Secrets {
  const file = secretsFile(path);
  try {
    writeFileSync(file, `${JSON.stringify({ tokenSecret: fresh(), apiKey: fresh() }, null, 2)}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const parsed = Secrets.safeParse(readJson(file));
  if (!parsed.success)
    throw new StartError(`${file} is damaged: it should hold tokenSecret and apiKey. Delete it to have new ones.`);
  return parsed.data;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function fresh(): string {
  return randomBytes(32).toString("base64url");
}
