import { limits } from "@madang/contracts";
import { type Environment, natsCaFile, readConfig, setting } from "@madang/runtime";
import { z } from "zod";

const Schema = z.object({
  NATS_URL: setting.natsUrl(),
  ...natsCaFile,
  MADANG_NAME: setting.name().default("room"),
  MADANG_REPLICAS: setting.replicas().default(1),
  MADANG_LOG_MAX_BYTES: setting.bytes().default(limits.logMaxBytes),
  MADANG_SAMPLE_PER_S: setting
    .integer({ least: 0, most: limits.samplePerSAtMost, unit: "lines a second" })
    .default(limits.samplePerS),
  MADANG_HEALTH_HOST: z.string().default("127.0.0.1"),
  MADANG_HEALTH_PORT: setting.port().optional(),
});

export interface RoomConfig {
  natsUrl: string;
  /** The certificates of those who may vouch for NATS, as PEM. */
  natsCaFile?: string | undefined;
  /** Names this replica in members, claims and logs; a boot nonce is added to it. */
  name: string;
  /** Copies of every record in JetStream. */
  replicas: 1 | 3 | 5;
  logMaxBytes: number;
  /** Lines a second that each viewer of a flood gets, in rooms that do not set it themselves; 0: all. */
  samplePerS: number;
  health: { host: string; port: number } | undefined;
}

/** @throws StartError */
export function roomConfig(environment: Environment): RoomConfig {
  const read = readConfig(Schema, environment);
  return {
    natsUrl: read.NATS_URL,
    natsCaFile: read.NATS_CA_FILE,
    name: read.MADANG_NAME,
    replicas: read.MADANG_REPLICAS,
    logMaxBytes: read.MADANG_LOG_MAX_BYTES,
    samplePerS: read.MADANG_SAMPLE_PER_S,
    health: read.MADANG_HEALTH_PORT === undefined ? undefined : { host: read.MADANG_HEALTH_HOST, port: read.MADANG_HEALTH_PORT },
  };
}
