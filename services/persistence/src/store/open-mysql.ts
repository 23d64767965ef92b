/** Opens a MySQL or MariaDB store, and finds the words when that fails. */

import { StartError } from "@madang/runtime";
import { type MysqlAddress, parseMysqlAddress, placeOf } from "./mysql-address.ts";
import { errorNumber } from "./mysql-errors.ts";
import { expectMigrated, MigrationFailed, migrateMysql } from "./mysql-migrations.ts";
import { MysqlStore } from "./mysql-store.ts";

/** `migrate`: brings the tables up to date before, instead of only looking. @throws StartError */
export async function openMysql(url: string, { migrate }: { migrate: boolean }): Promise<MysqlStore> {
  const address = addressOf(url);
  await inWords<unknown>(address, () => (migrate ? migrateMysql(address) : expectMigrated(address)));
  const store = new MysqlStore(address);
  try {
    await inWords(address, () => store.ping());
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** Brings the tables up to date, and answers the names of what was applied now. @throws StartError */
export function migrateTables(url: string): Promise<string[]> {
  const address = addressOf(url);
  return inWords(address, () => migrateMysql(address));
}

async function inWords<T>(address: MysqlAddress, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StartError(`The database ${placeOf(address)} cannot be used: ${reasonOf(cause, address)}.`, { cause });
  }
}

function addressOf(url: string): MysqlAddress {
  try {
    return parseMysqlAddress(url);
  } catch (cause) {
    throw new StartError((cause as Error).message, { cause });
  }
}

function reasonOf(error: unknown, { user }: MysqlAddress): string {
  if (error instanceof MigrationFailed) return error.message;
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case "ECONNREFUSED":
      return "nothing listens there";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its host name is not known";
    case "ETIMEDOUT":
    case "ER_CONNECTION_TIMEOUT":
    case "ER_SOCKET_TIMEOUT":
      return "it does not answer";
  }
  switch (errorNumber(error)) {
    case 1045: // access denied
    case 1698: // access denied, without a password
      return `it refuses the user ${user} or the password`;
    case 1044: // access denied to the database
    case 1142: // command denied
      return `the user ${user} lacks a right on it`;
    case 1130: // host not privileged
      return "it lets nobody in from this host";
    case 45044: // the driver may not fetch the server's key
      return "the password needs an encrypted connection: add ?ssl=true, or ?allowPublicKeyRetrieval=true on a network of your own";
  }
  return message?.split("\n")[0] ?? "for a reason that it did not say";
}
