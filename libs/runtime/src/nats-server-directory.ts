// The directory of a nats-server of our own: what we write there for it, and what it writes there for us.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLineOf, isAlive } from "./processes.ts";

const formerEndsWithinMs = 5_000;

export interface NatsServerSettings {
  host: string;
  port?: number;
  credentials?: { user: string; password: string };
  maxFileBytes: number;
  maxMemoryBytes: number;
  durability: "process" | "power";
  /** One of several servers that hold the same records. */
  cluster?: {
    name: string;
    /** This server's own name, the same at every start. */
    serverName: string;
    port: number;
    /** The cluster addresses of the others, host:port. No other way to them is taken. */
    routes: readonly string[];
  };
}

export class NatsServerDirectory {
  readonly path: string;
  readonly configuration: string;

  constructor(path: string) {
    this.path = path;
    this.configuration = join(path, "nats.conf");
  }

  get #processId(): string {
    return join(this.path, "nats.pid");
  }

  /** Makes all ready for a new server. What the last one said of itself must not be taken for this one's word. */
  prepare(settings: NatsServerSettings): void {
    for (const file of [this.#processId, ...this.#portsFiles()]) rmSync(file, { force: true });
    // For our eyes only: it holds a password.
    rmSync(this.configuration, { force: true });
    writeFileSync(this.configuration, this.#configurationOf(settings), { mode: 0o600 });
  }

  /** The process and port of the server, once it listens: it writes this file last of all. */
  whereItListens(): { pid: number; port: number } | undefined {
    for (const file of this.#portsFiles()) {
      const pid = Number(/_(\d+)\.ports$/.exec(file)?.[1]);
      // Half-written, it has no whole address yet.
      const port = Number(/"nats:\/\/[^"]*:(\d+)"/.exec(read(file))?.[1]);
      if (pid > 0 && port > 0) return { pid, port };
    }
    return undefined;
  }

  /** The address of the server that runs here now, with the credentials in it. */
  address(): string | undefined {
    const place = this.whereItListens();
    if (place === undefined || !isAlive(place.pid) || !commandLineOf(place.pid).includes(this.configuration)) return undefined;
    const [, user, password] = /^authorization \{ user: "(\w+)", password: "(\w+)" \}$/m.exec(read(this.configuration)) ?? [];
    return `nats://${user === undefined ? "" : `${user}:${password}@`}127.0.0.1:${place.port}`;
  }

  /**
   * Waits for a server that a former process left behind, and then ends it: two must never share a store. Such a one is
   * already on its way out, since it lost whoever held its leash.
   */
  async endFormer(): Promise<void> {
    const pid = Number(read(this.#processId));
    const isOurs = () => pid > 0 && isAlive(pid) && commandLineOf(pid).includes(this.configuration);
    for (const signal of [undefined, "SIGTERM", "SIGKILL"] as const) {
      if (!isOurs()) return;
      if (signal !== undefined) process.kill(pid, signal);
      const deadline = performance.now() + formerEndsWithinMs;
      while (isOurs() && performance.now() < deadline) await sleep(20);
    }
  }

  #portsFiles(): string[] {
    return namesIn(this.path)
      .filter((name) => name.endsWith(".ports"))
      .map((name) => join(this.path, name));
  }

  #configurationOf(settings: NatsServerSettings): string {
    const { host, port, credentials, maxFileBytes, maxMemoryBytes, durability, cluster } = settings;
    const text = (value: string) => JSON.stringify(value);
    return [
      `host: ${text(host)}`,
      `port: ${port || -1}`,
      // A client whose link died counts as there until then: by default for some six minutes.
      'ping_interval: "5s"',
      "ping_max: 2",
      `pid_file: ${text(this.#processId)}`,
      `ports_file_dir: ${text(this.path)}`,
      "jetstream {",
      `  store_dir: ${text(this.path)}`,
      `  max_file: ${maxFileBytes}`,
      `  max_mem: ${maxMemoryBytes}`,
      ...(durability === "power" ? ["  sync_interval: always"] : []),
      "}",
      ...(cluster === undefined
        ? []
        : [
            `server_name: ${text(cluster.serverName)}`,
            "cluster {",
            `  name: ${text(cluster.name)}`,
            `  listen: ${text(`${host}:${cluster.port}`)}`,
            `  routes: [${cluster.routes.map((route) => text(`nats://${route}`)).join(", ")}]`,
            // Servers tell each other and their clients of further addresses. Nobody listens at this one, so that only those
            // named here are used.
            '  advertise: "127.0.0.1:1"',
            "  no_advertise: true",
            "  pool_size: -1",
            "}",
          ]),
      ...(credentials ? [`authorization { user: ${text(credentials.user)}, password: ${text(credentials.password)} }`] : []),
      "",
    ].join("\n");
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
