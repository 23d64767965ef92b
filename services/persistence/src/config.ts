import { limits } from "@madang/contracts";
import { type Environment, natsCaFile, readConfig, setting } from "@madang/runtime";
import { z } from "zod";

const databaseUrl = () => z.string().regex(/^(?:mysql|file):/, "mysql://user:password@host:port/database, or file:path");

const Schema = z.object({
  NATS_URL: setting.natsUrl(),
  ...natsCaFile,
  MADANG_JANITOR_NATS_URL: setting.natsUrl().optional(),
  DATABASE_URL: databaseUrl(),
  MADANG_NAME: setting.name().default("persistence"),
  MADANG_REPLICAS: setting.replicas().default(1),
  MADANG_LOG_MAX_BYTES: setting.bytes().default(limits.logMaxBytes),
  MADANG_MIGRATE: setting.flag().default(true),
  MADANG_HEALTH_HOST: z.string().default("127.0.0.1"),
  MADANG_HEALTH_PORT: setting.port().optional(),
});

export interface PersistenceConfig {
  natsUrl: string;
  /** The certificates of those who may vouch for NATS, as PEM. */
  natsCaFile?: string | undefined;
  /** How the janitor reaches NATS, as the one user that may purge. Without it, as everything else here does. */
  janitorNatsUrl?: string | undefined;
  databaseUrl: string;
  /** Names this replica in leases and logs; a boot nonce is added to it. */
  name: string;
  /** Copies of every record in JetStream. */
  replicas: 1 | 3 | 5;
  logMaxBytes: number;
  /** Whether it brings MySQL's tables up to date at start; otherwise it starts only when somebody has. */
  migrate: boolean;
  health: { host: string; port: number } | undefined;
}

/** @throws StartError */
export function persistenceConfig(environment: Environment): PersistenceConfig {
  const read = readConfig(Schema, environment);
  return {
    natsUrl: read.NATS_URL,
    natsCaFile: read.NATS_CA_FILE,
    janitorNatsUrl: read.MADANG_JANITOR_NATS_URL,
    databaseUrl: read.DATABASE_URL,
    name: read.MADANG_NAME,
    replicas: read.MADANG_REPLICAS,
    logMaxBytes: read.MADANG_LOG_MAX_BYTES,
    migrate: read.MADANG_MIGRATE,
    health: read.MADANG_HEALTH_PORT === undefined ? undefined : { host: read.MADANG_HEALTH_HOST, port: read.MADANG_HEALTH_PORT },
  };
}

/** All that `migrate` reads: it asks no broker. @throws StartError */
export function migrationConfig(environment: Environment): { databaseUrl: string } {
  return { databaseUrl: readConfig(z.object({ DATABASE_URL: databaseUrl() }), environment).DATABASE_URL };
}
