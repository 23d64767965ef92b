import { limits } from "@madang/contracts";
import { type Environment, natsCaFile, readConfig, setting } from "@madang/runtime";
import { z } from "zod";
import type { RoomsBy } from "./existence.ts";
import { blockListOf, ClientAddresses } from "./limits/client-address.ts";
import { type DoorLimits, doorLimitsOf, doorShape } from "./limits/door-limits.ts";
import { type ApiKey, readApiKeys, scopes } from "./trust/api-keys.ts";
import type { KeySourceOptions } from "./trust/key-source.ts";
import { isOriginPattern, Origins } from "./trust/origins.ts";

const secret = (what: string) => z.string().min(16, `${what} has at least 16 characters`);

const Schema = z.object({
  NATS_URL: setting.natsUrl(),
  ...natsCaFile,
  MADANG_NAME: setting.name().default("gateway"),
  MADANG_HTTP_HOST: z.string().default("127.0.0.1"),
  MADANG_HTTP_PORT: setting.port().default(8000),
  MADANG_TOKEN_SECRET: secret("a token secret"),
  MADANG_API_KEY: secret("an API key"),
  MADANG_API_KEYS: z
    .string()
    .default("")
    .transform(readApiKeys)
    .refine(
      (keys) => keys !== undefined,
      `keys of at least 16 characters, each with : and what it is for (${scopes.join("+")}), with commas`,
    ),
  MADANG_TOKEN_KEYS: z.string().refine(isKeyPlace, "a file, or an https address").transform(keysFrom).optional(),
  MADANG_TOKEN_ISSUER: z.string().optional(),
  MADANG_TOKEN_AUDIENCE: z.string().optional(),
  MADANG_ORIGINS: setting
    .list()
    .refine(
      (origins) => origins.every(isOriginPattern),
      "origins like https://shop.example or https://*.shop.example with commas, or *",
    ),
  MADANG_ANONYMOUS: setting.flag().optional(),
  MADANG_ROOMS: z.enum(["anybody", "made"], "anybody or made").optional(),
  MADANG_START_ROOMS: setting.flag().optional(),
  MADANG_REPLICAS: setting.replicas().default(1),
  MADANG_LOG_MAX_BYTES: setting.bytes().default(limits.logMaxBytes),
  MADANG_WEB_DIR: z.string().optional(),
  MADANG_MEDIA_ORIGINS: setting
    .list()
    .refine((origins) => origins.every(isMediaOrigin), "origins like https://video.example, with commas"),
  MADANG_PING_MS: setting.integer({ least: 100, most: 999_999, unit: "ms" }).default(limits.pingIntervalMs),
  MADANG_WINDOW_MS: setting.integer({ least: 0, most: 9_999, unit: "ms" }).default(limits.fanOutWindowMs),
  MADANG_HEALTH_HOST: z.string().default("127.0.0.1"),
  MADANG_HEALTH_PORT: setting.port().optional(),
  MADANG_OUTAGE_MS: setting.integer({ least: 100, most: 999_999, unit: "ms" }).default(limits.outageMs),
  MADANG_TRUSTED_PROXIES: setting.list().refine(areRanges, "addresses and ranges like 10.0.0.0/8, with commas"),
  ...doorShape,
  MADANG_DRAIN_WAIT_MS: setting.integer({ least: 0, most: 99_999, unit: "ms" }).default(limits.drainWaitMs),
  MADANG_DRAIN_OVER_MS: setting.integer({ least: 0, most: 999_999, unit: "ms" }).default(limits.drainOverMs),
});

export interface GatewayConfig {
  natsUrl: string;
  /** The certificates of those who may vouch for NATS, as PEM. */
  natsCaFile?: string | undefined;
  name: string;
  http: { host: string; port: number };
  tokenSecret: string;
  /** Of the server API. */
  apiKeys: readonly ApiKey[];
  /** What tokens must say of their maker and of whom they are for, if anything. */
  tokens: { issuer?: string | undefined; audience?: string | undefined };
  /** Where public keys of tokens are, if tokens are signed by such. */
  keysFrom: KeySourceOptions["from"] | undefined;
  /** Pages that browsers may come from. */
  origins: Origins;
  /** Whether visitors without a token are let in. */
  anonymous: boolean;
  /** By whom rooms come to be: by anybody who asks for one, or made by the site. */
  rooms: RoomsBy;
  /** Whether anybody may start a room, and own it. */
  startRooms: boolean;
  replicas: 1 | 3 | 5;
  logMaxBytes: number;
  /** A folder to serve at `/`. */
  webDirectory: string | undefined;
  /** Where videos that the pages show may lie, besides here. */
  mediaOrigins: readonly string[];
  pingIntervalMs: number;
  /** The longest that a comment waits for others in a hot room, ms; 0: never. */
  windowMs: number;
  /** Where figures are told, and health once more: apart from where clients come. */
  health: { host: string; port: number } | undefined;
  /** How long sockets are kept while NATS is away. */
  outageMs: number;
  limits: DoorLimits;
  addresses: ClientAddresses;
  /** When it leaves: how long sockets are kept for balancers to notice, and over how long they are closed then, ms. */
  drainWaitMs: number;
  drainOverMs: number;
}

/** @throws StartError */
export function gatewayConfig(environment: Environment): GatewayConfig {
  const read = readConfig(Schema, environment);
  // Strangers are welcome on one's own machine only, unless somebody says otherwise.
  const anonymous = read.MADANG_ANONYMOUS ?? isLoopback(read.MADANG_HTTP_HOST);
  const rooms = read.MADANG_ROOMS ?? (anonymous ? "anybody" : "made");
  return {
    natsUrl: read.NATS_URL,
    natsCaFile: read.NATS_CA_FILE,
    name: read.MADANG_NAME,
    http: { host: read.MADANG_HTTP_HOST, port: read.MADANG_HTTP_PORT },
    tokenSecret: read.MADANG_TOKEN_SECRET,
    anonymous,
    rooms,
    startRooms: read.MADANG_START_ROOMS ?? (anonymous && rooms === "anybody"),
    apiKeys: [{ key: read.MADANG_API_KEY, scopes }, ...(read.MADANG_API_KEYS ?? [])],
    tokens: { issuer: read.MADANG_TOKEN_ISSUER, audience: read.MADANG_TOKEN_AUDIENCE },
    keysFrom: read.MADANG_TOKEN_KEYS,
    origins: new Origins({ allowed: read.MADANG_ORIGINS, loopback: isLoopback(read.MADANG_HTTP_HOST) }),
    replicas: read.MADANG_REPLICAS,
    logMaxBytes: read.MADANG_LOG_MAX_BYTES,
    webDirectory: read.MADANG_WEB_DIR,
    mediaOrigins: read.MADANG_MEDIA_ORIGINS,
    pingIntervalMs: read.MADANG_PING_MS,
    windowMs: read.MADANG_WINDOW_MS,
    health: read.MADANG_HEALTH_PORT === undefined ? undefined : { host: read.MADANG_HEALTH_HOST, port: read.MADANG_HEALTH_PORT },
    outageMs: read.MADANG_OUTAGE_MS,
    limits: doorLimitsOf(read),
    addresses: new ClientAddresses(read.MADANG_TRUSTED_PROXIES),
    drainWaitMs: read.MADANG_DRAIN_WAIT_MS,
    drainOverMs: read.MADANG_DRAIN_OVER_MS,
  };
}

function isMediaOrigin(text: string): boolean {
  return text !== "*" && isOriginPattern(text);
}

function areRanges(ranges: readonly string[]): boolean {
  try {
    blockListOf(ranges);
    return true;
  } catch {
    return false;
  }
}

const hasScheme = /^[a-z]+:\/\//;

/** A shared key set over a line that others can change would let them in. */
function isKeyPlace(text: string): boolean {
  if (!hasScheme.test(text)) return true;
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

function keysFrom(text: string): KeySourceOptions["from"] {
  return hasScheme.test(text) ? { url: new URL(text) } : { file: text };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
