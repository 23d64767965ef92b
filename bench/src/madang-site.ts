/** Madang as it is deployed: each service a process, with a broker of its own and, where wanted, a database. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bus } from "@madang/bus";
import { limits } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { openLog } from "@madang/log";
import { startNatsServer } from "@madang/runtime";
import { createConnection } from "mariadb";
// Not part of devkit's door, since tests share one server: a bench wants one that is fresh.
import { connectionTo, startDatabaseServer } from "../../libs/devkit/src/database-server.ts";
import { cache, project } from "./places.ts";
import { heard, type Process, startProcess } from "./processes.ts";
import type { LoopDelay, Question } from "./service-vitals.ts";
import { secret } from "./token.ts";

export interface SiteOptions {
  /** With persistence and a database. */
  readonly store: boolean;
  /** MADANG_WINDOW_MS of the gateways; the product's own unless given. */
  readonly windowMs?: number | undefined;
  readonly gateways?: number;
  /** MADANG_SAMPLE_PER_S of the room service. */
  readonly samplePerS?: number;
  /** The gateways keep their limits, save for these settings. Without: they have none. */
  readonly limited?: { readonly [setting: string]: string };
  readonly profileDirectory?: string | undefined;
  /** Of connection tokens; the bench's own unless given. */
  readonly tokenSecret?: string;
  /** Services can be asked how late their event loops are, and what is alive in them. */
  readonly watched?: boolean;
}

export interface Site extends AsyncDisposable {
  readonly gateways: readonly (Process & { readonly authority: string })[];
  readonly natsUrl: string;
  /** Of the database, where there is one. */
  readonly databaseUrl: string | undefined;
  readonly names: ReadonlyMap<number, string>;
  /** These three with `watched`. */
  beginLoops(): void;
  /** By process: how late each loop was since. */
  endLoops(): Promise<ReadonlyMap<number, LoopDelay>>;
  /** By process: what a collection leaves, MB. */
  alive(): Promise<ReadonlyMap<number, number>>;
}

const databaseName = "madang_bench";
const gibibyte = 1024 ** 3;

export async function startSite(options: SiteOptions): Promise<Site> {
  const { store, windowMs, gateways: gatewayCount = 1, samplePerS = 0, limited, profileDirectory } = options;
  const { tokenSecret = secret, watched: isWatched = false } = options;
  const watched: ChildProcess[] = [];
  await using closers = new AsyncDisposableStack();
  const names = new Map<number, string>();
  const directory = mkdtempSync(join(tmpdir(), "madang-bench-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  closers.defer(() => void process.off("exit", remove));
  closers.defer(remove);
  // When the bench is cut short, too.
  process.once("exit", remove);
  const nats = await startNatsServer({
    binary: process.env.MADANG_NATS_SERVER || join(cache, "bin/nats-server"),
    directory: join(directory, "nats"),
    maxFileBytes: 8 * gibibyte,
    maxMemoryBytes: 0.125 * gibibyte,
    durability: "process",
  });
  closers.defer(() => nats.stop());
  names.set(nats.pid, "nats-server");

  const service = async (name: string, environment: { [name: string]: string }) => {
    const process = startProcess({
      name,
      // As its README starts it.
      args: [
        ...(isWatched ? ["--import", join(import.meta.dirname, "service-vitals.ts")] : []),
        ...(name === "gateway" ? ["--max-semi-space-size=4"] : []),
        join(project, `services/${name}/src/main.ts`),
      ],
      channel: isWatched,
      directory,
      profileDirectory,
      environment: { NATS_URL: nats.url, MADANG_NAME: name, ...environment },
    });
    closers.defer(() => process.stop());
    names.set(process.pid, name);
    if (isWatched) watched.push(process.child);
    const [ready] = await heard(process, /^.*"msg":"ready".*$/m);
    return { ...process, ready };
  };

  let databaseUrl: string | undefined;
  if (store) {
    const database = await startDatabaseServer();
    closers.defer(() => database.stop());
    const connection = await createConnection(connectionTo(database.url));
    await connection.query(`CREATE DATABASE ${databaseName} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    await connection.end();
    databaseUrl = `${database.url}/${databaseName}`;
    await service("persistence", { DATABASE_URL: databaseUrl });
  }
  if (!store) await declareComplete(nats.url);
  // All viewers get all lines here, as they do of the peers; what a sample saves is a suite of its own.
  await service("room", { MADANG_SAMPLE_PER_S: String(samplePerS) });
  const gateways = [];
  for (let count = 0; count < gatewayCount; count++) {
    const process = await service("gateway", {
      MADANG_HTTP_PORT: "0",
      MADANG_ANONYMOUS: "on",
      MADANG_TOKEN_SECRET: tokenSecret,
      MADANG_API_KEY: secret,
      // One machine asks for many; what limits do is a suite of its own.
      MADANG_LIMITS: limited ? "on" : "off",
      ...limited,
      ...(windowMs === undefined ? {} : { MADANG_WINDOW_MS: String(windowMs) }),
    });
    const authority = `127.0.0.1:${/"port":(\d+)/.exec(process.ready)?.[1]}`;
    await eventually(async () => {
      const { status } = await fetch(`http://${authority}/readyz`);
      if (status !== 200) throw new Error(`the gateway is not ready: ${process.printed()}`);
    });
    gateways.push({ ...process, authority });
  }
  const all = closers.move();
  return {
    gateways,
    natsUrl: nats.url,
    databaseUrl,
    names,
    beginLoops: () => {
      for (const child of watched) child.send("begin");
    },
    endLoops: async () => new Map(await Promise.all(watched.map((child) => ask<LoopDelay>(child, "end")))),
    alive: async () => new Map(await Promise.all(watched.map((child) => ask<number>(child, "alive")))),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function ask<T>(child: ChildProcess, question: Question): Promise<readonly [number, T]> {
  const answer = once(child, "message");
  child.send(question);
  return [child.pid ?? 0, (await answer)[0]];
}

/** Rooms of a new log are claimed once a store has said that it knows of none. Where there is no store, we say it. */
async function declareComplete(natsUrl: string): Promise<void> {
  const bus = await Bus.connect({ url: natsUrl, name: "bench", onHandlerError: () => {} });
  const { registry } = await openLog(bus.connection, { replicas: 1, maxBytes: limits.logMaxBytes });
  await registry.markComplete();
  await bus.close();
}
