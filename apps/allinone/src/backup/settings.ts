/** The environment, as far as backup, restore and move go by it. */
import { resolve } from "node:path";
import { type Environment, natsCaFile, readConfig, setting } from "@madang/runtime";
import { z } from "zod";
import { natsServerFound } from "../private-nats.ts";

const Schema = z.object({
  MADANG_DATA_DIR: z.string().default(".madang"),
  MADANG_NATS_SERVER: z.string().default(natsServerFound),
  NATS_URL: setting.natsUrl().optional(),
  ...natsCaFile,
  DATABASE_URL: z.string().optional(),
  MADANG_LOG_MAX_BYTES: setting.bytes().optional(),
});

export interface BackupSettings {
  dataDirectory: string;
  /** The program of the private server. */
  natsServer: string;
  natsUrl: string | undefined;
  natsCaFile: string | undefined;
  databaseUrl: string | undefined;
  logMaxBytes: number | undefined;
}

/** @throws StartError */
export function backupSettings(environment: Environment): BackupSettings {
  const read = readConfig(Schema, environment);
  return {
    dataDirectory: resolve(read.MADANG_DATA_DIR),
    natsServer: read.MADANG_NATS_SERVER,
    natsUrl: read.NATS_URL,
    natsCaFile: read.NATS_CA_FILE,
    databaseUrl: read.DATABASE_URL,
    logMaxBytes: read.MADANG_LOG_MAX_BYTES,
  };
}
