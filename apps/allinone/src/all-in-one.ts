/** All of Madang in one process: the three services as they are, composed by settings alone. Gateways may have processes of their own. */
import { join } from "node:path";
import { Bus } from "@madang/bus";
import { limits } from "@madang/contracts";
import { type GatewayConfig, type GatewayService, gatewayConfig, isLoopback, startGateway } from "@madang/gateway";
import { persistenceConfig, startPersistence } from "@madang/persistence";
import { roomConfig, startRoomService } from "@madang/room";
import { Closers, createLogger, type Environment, readConfig, type Service, setting } from "@madang/runtime";
import { z } from "zod";
import { openDataDirectory, secretsFile, secretsOf } from "./data-directory.ts";
import { Demo } from "./demo/demo.ts";
import { startGatewayWorkers } from "./gateway-workers.ts";
import { natsServerFound, type PrivateNats, startPrivateNats } from "./private-nats.ts";
import { tokenMaker } from "./tokens.ts";

const project = join(import.meta.dirname, "../../..");

const Schema = z.object({
  MADANG_DATA_DIR: z.string().default(".madang"),
  MADANG_DURABILITY: z.enum(["process", "power"]).default("process"),
  MADANG_NATS_SERVER: z.string().default(natsServerFound),
  NATS_URL: setting.natsUrl().optional(),
  DATABASE_URL: z.string().optional(),
  MADANG_TOKEN_SECRET: z.string().optional(),
  MADANG_API_KEY: z.string().optional(),
  MADANG_WEB_DIR: z.string().default(join(project, "apps/web/dist")),
  MADANG_GATEWAYS: setting.integer({ least: 1, most: 99 }).default(1),
  MADANG_DEMO: setting.flag().optional(),
});

export interface AllInOne extends Service {
  readonly port: number;
  readonly dataDirectory: string;
  readonly secretsFile: string;
  readonly broker: string;
  readonly store: string;
  readonly anonymous: boolean;
  /** By whom rooms come to be. */
  readonly rooms: "anybody" | "made";
  /** Whether the demo plays for whoever watches it. */
  readonly demo: boolean;
  /** A token with rights, good for a day. */
  operatorToken(): Promise<string>;
}

/** Starts broker, store, room, gateway, in the order in which they need each other. Whatever fails, nothing stays. @throws StartError */
export async function startAllInOne(environment: Environment): Promise<AllInOne> {
  const read = readConfig(Schema, environment);
  const logger = createLogger("madang");
  const data = await openDataDirectory(read.MADANG_DATA_DIR);
  const closers = new Closers();
  const close = () => closers.close((error) => logger.warn({ error }, "not closed"));
  closers.add(() => data.release());
  try {
    const secrets = secretsOf(data.path);
    let nats: PrivateNats | undefined;
    if (read.NATS_URL === undefined) {
      const durability = read.MADANG_DURABILITY;
      const broker = await startPrivateNats({ binary: read.MADANG_NATS_SERVER, directory: data.nats, durability, logger });
      nats = broker;
      closers.add(() => broker.stop());
    }
    const settings: Environment = {
      ...environment,
      NATS_URL: nats?.url ?? read.NATS_URL,
      DATABASE_URL: read.DATABASE_URL ?? `file:${data.database}`,
      MADANG_TOKEN_SECRET: read.MADANG_TOKEN_SECRET ?? secrets.tokenSecret,
      MADANG_API_KEY: read.MADANG_API_KEY ?? secrets.apiKey,
      MADANG_WEB_DIR: read.MADANG_WEB_DIR,
      // Each part keeps its own name, and the gateway answers for all of them.
      MADANG_NAME: undefined,
      MADANG_HEALTH_PORT: undefined,
      // These go with NATS_URL, and the private one has neither users nor TLS.
      ...(nats === undefined ? {} : { NATS_CA_FILE: undefined, MADANG_JANITOR_NATS_URL: undefined }),
      // Nobody else could take its clients in.
      MADANG_DRAIN_WAIT_MS: environment.MADANG_DRAIN_WAIT_MS || "0",
      MADANG_DRAIN_OVER_MS: environment.MADANG_DRAIN_OVER_MS || String(limits.drainOverAloneMs),
    };
    const gatewaySettings = gatewayConfig(settings);
    const drainMs = gatewaySettings.drainWaitMs + gatewaySettings.drainOverMs;
    const persistence = await startPersistence(persistenceConfig(settings));
    closers.add(() => persistence.close());
    const room = await startRoomService(roomConfig(settings));
    closers.add(() => room.close());
    const count = read.MADANG_GATEWAYS;
    const gateway: GatewayService =
      count === 1
        ? await startGateway(gatewaySettings)
        : await startGatewayWorkers({ count, environment: settings, drainMs, logger });
    closers.add(() => gateway.close());
    const makeToken = tokenMaker(settings);
    const hasDemo = read.MADANG_DEMO ?? isForOneselfAlone(gatewaySettings);
    let demo: Demo | undefined;
    if (hasDemo) {
      const bus = await Bus.connect({
        ...{ url: gatewaySettings.natsUrl, caFile: gatewaySettings.natsCaFile, name: "demo" },
        onHandlerError: (error) => logger.debug({ error }, "demo"),
      });
      closers.add(() => bus.close());
      const playing = new Demo({
        ...{ bus, gateways: count, logger, apiKey: settings.MADANG_API_KEY ?? "" },
        authority: authorityOf(gatewaySettings.http.host, gateway.port),
        tokenFor: ({ user, name }) => makeToken({ user, info: { name }, within: "1h" }),
      });
      playing.start();
      closers.add(() => playing.close());
      demo = playing;
    }
    return {
      port: gateway.port,
      dataDirectory: data.path,
      secretsFile: secretsFile(data.path),
      broker:
        nats === undefined
          ? "the NATS of NATS_URL"
          : `private nats-server (process ${nats.pid}), survives ${read.MADANG_DURABILITY === "power" ? "a power cut" : "kill -9"}`,
      store: read.DATABASE_URL?.startsWith("mysql:") ? "MySQL" : "SQLite",
      anonymous: gatewaySettings.anonymous,
      rooms: gatewaySettings.rooms,
      demo: hasDemo,
      operatorToken: () =>
        makeToken({ user: "operator", info: { name: "operator" }, rights: { operator: true, role: "owner" }, within: "1d" }),
      ready: () => [persistence, room, gateway].every((service) => service.ready()),
      leaveWithinMs: drainMs + limits.workerStopMs + limits.drainMs,
      // Sockets first, then rooms, then what they stand on.
      drain: async () => {
        await demo?.close();
        for (const service of [gateway, room, persistence]) await service.drain();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** On one's own machine, for anybody who comes by: there the demo is no trouble to anybody. */
function isForOneselfAlone({ http, anonymous, rooms }: GatewayConfig): boolean {
  return isLoopback(http.host) && anonymous && rooms === "anybody";
}

/** How this machine reaches what listens there. */
export function authorityOf(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `127.0.0.1:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
