/** The broker of the all-in-one: a nats-server that nobody else can use, kept alive as long as we are. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { limits } from "@madang/contracts";
import {
  type Logger,
  type NatsServer,
  NatsServerError,
  type NatsServerOptions,
  StartError,
  startNatsServer,
} from "@madang/runtime";

/** What setup found, unless MADANG_NATS_SERVER names another. */
export const natsServerFound = join(import.meta.dirname, "../../../.cache/bin/nats-server");

export interface PrivateNats {
  /** With the credentials in it. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** @throws StartError */
export async function startPrivateNats(options: {
  binary: string;
  directory: string;
  durability: "process" | "power";
  logger: Logger;
}): Promise<PrivateNats> {
  const { logger } = options;
  const credentials = { user: "madang", password: randomBytes(24).toString("hex") };
  const settings: NatsServerOptions = {
    binary: options.binary,
    directory: options.directory,
    durability: options.durability,
    credentials,
    // The log's own limit, and as much again for snapshots and dedupe segments.
    maxFileBytes: 2 * limits.logMaxBytes,
    maxMemoryBytes: 32 * 1024 * 1024,
    log: (line) => logger.debug({ line }, "nats-server"),
  };
  let server: NatsServer;
  try {
    server = await startNatsServer(settings);
  } catch (cause) {
    throw cause instanceof NatsServerError ? new StartError(cause.message, { cause }) : cause;
  }
  const { port } = server;
  let stopping = false;

  // It should never end by itself. When it does, it is started again on its port, and everybody reconnects.
  const keep = async () => {
    for (let delayMs = 250; ; delayMs = Math.min(5_000, delayMs * 2)) {
      const { code, signal } = await server.exited;
      if (stopping) return;
      logger.error({ code, signal }, "nats-server ended, starting it again");
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (stopping) return;
      try {
        server = await startNatsServer({ ...settings, port });
        // As loud as the news of its end: whoever was called by that is called off.
        logger.error({ pid: server.pid }, "nats-server runs again");
        delayMs = 250;
      } catch (error) {
        logger.error({ error }, "nats-server does not start");
      }
    }
  };
  void keep();

  return {
    url: `nats://${credentials.user}:${credentials.password}@127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    stop: async () => {
      stopping = true;
      await server.stop();
    },
  };
}
