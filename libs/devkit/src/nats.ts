// A real nats-server for one test: in a directory of its own, on a free port, and gone with the test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NatsServer, type NatsServerOptions, startNatsServer } from "@madang/runtime";
import { freePort } from "./free-ports.ts";
import { type NatsLine, natsBinary } from "./nats-binary.ts";

export interface TestNats {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly directory: string;
  /** Ends it cleanly. Its store stays for a restart. */
  stop(): Promise<void>;
  /** Kills it with -9, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store, stopping it first where it still runs. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function testNats({ line, ...more }: Partial<NatsServerOptions> & { line?: NatsLine } = {}): Promise<TestNats> {
  const directory = mkdtempSync(join(tmpdir(), "madang-test-nats-"));
  const start = (port: number): Promise<NatsServer> =>
    startNatsServer({
      binary: natsBinary(line),
      maxFileBytes: 1024 * 1024 * 1024,
      maxMemoryBytes: 128 * 1024 * 1024,
      durability: "process",
      ...more,
      directory,
      port,
    });
  const remove = () => rmSync(directory, { recursive: true, force: true });

  let server: NatsServer;
  try {
    // Not one that somebody else is given by chance while it is down.
    server = await start(more.port ?? (await freePort()));
  } catch (error) {
    remove();
    throw error;
  }
  return {
    get url() {
      return server.url;
    },
    get port() {
      return server.port;
    },
    get pid() {
      return server.pid;
    },
    directory,
    stop: () => server.stop(),
    kill: async () => {
      process.kill(server.pid, "SIGKILL");
      await server.exited;
    },
    restart: async () => {
      await server.stop();
      server = await start(server.port);
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      remove();
    },
  };
}
