import { limits } from "@madang/contracts";
import { type Environment, readConfig, setting } from "@madang/runtime";
import { z } from "zod";

const secret = (what: string) => z.string().min(16, `${what} has at least 16 characters`);

const Schema = z.object({
  NATS_URL: setting.natsUrl(),
  MADANG_NAME: setting.name().default("gateway"),
  MADANG_HTTP_HOST: z.string().default("127.0.0.1"),
  MADANG_HTTP_PORT: setting.port().default(8000),
  MADANG_TOKEN_SECRET: secret("a token secret"),
  MADANG_API_KEY: secret("an API key"),
  MADANG_ANONYMOUS: setting.flag().optional(),
  MADANG_REPLICAS: setting.replicas().default(1),
  MADANG_LOG_MAX_BYTES: setting.bytes().default(limits.logMaxBytes),
  MADANG_WEB_DIR: z.string().optional(),
  MADANG_PING_MS: z
    .string()
    .regex(/^\d{3,6}$/, "100 to 999999 ms")
    .transform(Number)
    .default(limits.pingIntervalMs),
  MADANG_WINDOW_MS: z
    .string()
    .regex(/^\d{1,4}$/, "0 to 9999 ms")
    .transform(Number)
    .default(limits.fanOutWindowMs),
  MADANG_OUTAGE_MS: z
    .string()
    .regex(/^\d{3,6}$/, "100 to 999999 ms")
    .transform(Number)
    .default(limits.outageMs),
  MADANG_DRAIN_WAIT_MS: z
    .string()
    .regex(/^\d{1,5}$/, "0 to 99999 ms")
    .transform(Number)
    .default(limits.drainWaitMs),
  MADANG_DRAIN_OVER_MS: z
    .string()
    .regex(/^\d{1,6}$/, "0 to 999999 ms")
    .transform(Number)
    .default(limits.drainOverMs),
});

export interface GatewayConfig {
  natsUrl: string;
  name: string;
  http: { host: string; port: number };
  tokenSecret: string;
  apiKey: string;
  /** Whether visitors without a token are let in. */
  anonymous: boolean;
  replicas: 1 | 3 | 5;
  logMaxBytes: number;
  /** A folder to serve at `/`. */
  webDirectory: string | undefined;
  pingIntervalMs: number;
  /** The longest that a comment waits for others in a hot room, ms; 0: never. */
  windowMs: number;
  /** How long sockets are kept while NATS is away. */
  outageMs: number;
  /** When it leaves: how long sockets are kept for balancers to notice, and over how long they are closed then, ms. */
  drainWaitMs: number;
  drainOverMs: number;
}

/** @throws StartError */
export function gatewayConfig(environment: Environment): GatewayConfig {
  const read = readConfig(Schema, environment);
  return {
    natsUrl: read.NATS_URL,
    name: read.MADANG_NAME,
    http: { host: read.MADANG_HTTP_HOST, port: read.MADANG_HTTP_PORT },
    tokenSecret: read.MADANG_TOKEN_SECRET,
    apiKey: read.MADANG_API_KEY,
    // Strangers are welcome on one's own machine only, unless somebody says otherwise.
    anonymous: read.MADANG_ANONYMOUS ?? isLoopback(read.MADANG_HTTP_HOST),
    replicas: read.MADANG_REPLICAS,
    logMaxBytes: read.MADANG_LOG_MAX_BYTES,
    webDirectory: read.MADANG_WEB_DIR,
    pingIntervalMs: read.MADANG_PING_MS,
    windowMs: read.MADANG_WINDOW_MS,
    outageMs: read.MADANG_OUTAGE_MS,
    drainWaitMs: read.MADANG_DRAIN_WAIT_MS,
    drainOverMs: read.MADANG_DRAIN_OVER_MS,
  };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
