// A MariaDB or MySQL server for one run of the tests, on loopback and with its data in a temporary directory.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startLeashed } from "@madang/runtime";
import { createConnection } from "mariadb";
import { freePort } from "./free-ports.ts";
import { cacheOfProject } from "./project.ts";

const readyWithinMs = 60_000;

/** What setup found out about the server's program, or why there is none. */
type Program = { kind: "mariadb" | "mysql"; server: string; base: string; libraries: string[] } | { missing: string };

export interface DatabaseServer {
  /** An address without a database; the user may do everything. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startDatabaseServer(): Promise<DatabaseServer> {
  const program = readProgram();
  if ("missing" in program) throw new Error(program.missing);

  const directory = mkdtempSync(join(tmpdir(), "madang-test-database-"));
  const data = join(directory, "data");
  // A server that starts removes what other servers left in its temporary directory (`#sql*`), and so what one beside it has just made.
  const temporary = join(directory, "tmp");
  mkdirSync(temporary);
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: [...program.libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
    TMPDIR: temporary,
  };
  // Both refuse to run as root, unless told so.
  const user = process.getuid?.() === 0 ? [`--user=${userInfo().username}`] : [];
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const [command, ...args] = makeData(program, data);
    execFileSync(command, [...args, ...user], { env, stdio: "pipe" });
  } catch (cause) {
    remove();
    throw new Error(`The test database could not be made: ${(cause as Error).message}`, { cause });
  }

  const port = await freePort();
  const lastLines: string[] = [];
  const leashed = startLeashed({
    command: program.server,
    args: [
      "--no-defaults",
      ...user,
      `--basedir=${program.base}`,
      `--datadir=${data}`,
      `--socket=${join(directory, "socket")}`,
      `--pid-file=${join(directory, "pid")}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
      "--skip-name-resolve",
      "--character-set-server=utf8mb4",
      "--collation-server=utf8mb4_unicode_ci",
      "--max-connections=300",
      "--innodb-buffer-pool-size=128M",
      // A commit survives the death of the server, not that of the machine: no test cuts the power.
      "--innodb-flush-log-at-trx-commit=2",
      ...(program.kind === "mysql" ? ["--mysqlx=OFF", "--skip-log-bin"] : []),
    ],
    env,
    onLine: (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
    },
  });
  const stop = async () => {
    leashed.release();
    await leashed.exited.catch(() => {});
    remove();
  };

  const url = `mysql://root@127.0.0.1:${port}`;
  for (const deadline = performance.now() + readyWithinMs; ; await sleep(25)) {
    try {
      await (await createConnection(connectionTo(url))).end();
      return { url, stop };
    } catch (cause) {
      if (leashed.running && performance.now() < deadline) continue;
      await stop();
      throw new Error(`The test database did not start. Its last lines:\n${lastLines.join("\n")}`, { cause });
    }
  }
}

/** How the driver is told of an address. */
export function connectionTo(address: string) {
  const { hostname, port, username, password } = new URL(address);
  return {
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    // MySQL hands out the key for its default kind of login only where that is asked for.
    allowPublicKeyRetrieval: true,
    connectTimeout: 5_000,
  };
}

function readProgram(): Program {
  try {
    return JSON.parse(readFileSync(join(cacheOfProject, "test-database.json"), "utf8")) as Program;
  } catch {
    return { missing: "No test database is set up: run `node scripts/setup.mjs --test` first." };
  }
}

/** The command that makes the first, empty data directory, with a root who needs no password. */
function makeData({ kind, server, base }: Exclude<Program, { missing: string }>, data: string): [string, ...string[]] {
  if (kind === "mysql") return [server, "--no-defaults", "--initialize-insecure", `--basedir=${base}`, `--datadir=${data}`];
  const script = ["bin", "scripts"].map((folder) => join(base, folder, "mariadb-install-db")).find((path) => existsSync(path));
  if (script === undefined) throw new Error(`there is no mariadb-install-db in ${base}`);
  return [
    script,
    "--no-defaults",
    `--basedir=${base}`,
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ];
}
