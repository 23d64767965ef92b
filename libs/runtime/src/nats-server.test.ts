import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type NatsServerOptions, startNatsServer } from "./nats-server.ts";
import { isAlive } from "./processes.ts";

const binary = process.env.MADANG_NATS_SERVER ?? join(import.meta.dirname, "../../../.cache/bin/nats-server");

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "madang-nats-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const options = (more: Partial<NatsServerOptions> = {}): NatsServerOptions => ({
  binary,
  directory,
  maxFileBytes: 64 * 1024 * 1024,
  maxMemoryBytes: 16 * 1024 * 1024,
  durability: "process",
  ...more,
});

const gone = async (pid: number) => {
  for (const deadline = Date.now() + 10_000; isAlive(pid); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} is still there`);
  }
};

/** A process of its own that starts a server, as the all-in-one does, and tells its process id. */
async function ownerOf(where: string) {
  const program = `
    import { startNatsServer } from ${JSON.stringify(join(import.meta.dirname, "nats-server.ts"))};
    const server = await startNatsServer(${JSON.stringify(options({ directory: where }))});
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await owner.stdout.take(1).toArray();
  return { owner, serverPid: Number(String(printed)) };
}

describe("a nats-server of our own", () => {
  test("is ready in well under a second, and stops cleanly", async () => {
    const started = performance.now();
    const server = await startNatsServer(options());
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
    expect(isAlive(server.pid)).toBe(true);
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(isAlive(server.pid)).toBe(false);
  });

  test("can be started again in its directory, and be stopped twice", async () => {
    const first = await startNatsServer(options());
    await Promise.all([first.stop(), first.stop()]);
    const second = await startNatsServer(options({ port: first.port }));
    expect(second.port).toBe(first.port);
    await second.stop();
  });

  test("tells how it ended when it is killed", async () => {
    const server = await startNatsServer(options());
    process.kill(server.pid, "SIGKILL");
    expect(await server.exited).toEqual({ code: null, signal: "SIGKILL" });
    await server.stop();
  });

  test("goes away when its parent is killed with -9, and the next start in its directory waits for that", async () => {
    const { owner, serverPid } = await ownerOf(directory);
    owner.kill("SIGKILL");
    const next = await startNatsServer(options());
    expect(isAlive(serverPid)).toBe(false);
    await next.stop();
  });

  test("goes away even when it hangs while its parent is killed with -9", async () => {
    const { owner, serverPid } = await ownerOf(directory);
    process.kill(serverPid, "SIGSTOP");
    owner.kill("SIGKILL");
    await gone(serverPid);
  });

  test("does not take the directory of another that is alive", async () => {
    const { owner, serverPid } = await ownerOf(directory);
    await expect(startNatsServer(options())).rejects.toMatchObject({ reason: "in-use" });
    expect(isAlive(serverPid)).toBe(true);
    owner.kill("SIGKILL");
    await gone(serverPid);
  });

  test("syncs every write when it shall survive a power cut, and keeps its password to itself", async () => {
    const server = await startNatsServer(
      options({ durability: "power", credentials: { user: "madang", password: 's"e\\cret' } }),
    );
    await server.stop();
    expect(readFileSync(join(directory, "nats.conf"), "utf8")).toContain("sync_interval: always");
    expect(execFileSync("ls", ["-l", join(directory, "nats.conf")], { encoding: "utf8" })).toMatch(/^-rw-------/);
  });

  test("is given half of the processors, all where each write goes to the disk, or as many as the environment says", async () => {
    const dumb = join(directory, "dumb");
    writeFileSync(
      dumb,
      '#!/bin/sh\n[ "$1" = -v ] && echo nats-server: v2.12.0 && exit\necho "uses <$GOMAXPROCS>"\nexec sleep 60\n',
    );
    chmodSync(dumb, 0o755);
    const used = async (durability: "process" | "power") => {
      const failure = await startNatsServer(options({ binary: dumb, durability, readyWithinMs: 300 })).catch(
        (error: Error) => error,
      );
      return /uses <(\d*)>/.exec((failure as Error).message)?.[1];
    };
    vi.stubEnv("GOMAXPROCS", undefined);
    expect(await used("process")).toBe(String(Math.max(1, Math.floor(availableParallelism() / 2))));
    expect(await used("power")).toBe("");
    vi.stubEnv("GOMAXPROCS", "3");
    expect(await used("process")).toBe("3");
    vi.unstubAllEnvs();
  });
});

describe("a nats-server that can't be had says why:", () => {
  test("no program", async () => {
    await expect(startNatsServer(options({ binary: join(directory, "none") }))).rejects.toMatchObject({
      reason: "binary-missing",
    });
  });

  test("a program that is too old", async () => {
    const old = join(directory, "old");
    writeFileSync(old, "#!/bin/sh\necho nats-server: v2.10.22\n");
    chmodSync(old, 0o755);
    await expect(startNatsServer(options({ binary: old }))).rejects.toMatchObject({ reason: "binary-too-old" });
  });

  test("a directory that is a file", async () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    await expect(startNatsServer(options({ directory: file }))).rejects.toMatchObject({ reason: "directory" });
  });

  test("a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    await expect(startNatsServer(options({ port }))).rejects.toMatchObject({ reason: "port-taken" });
    other.close();
  });

  test("a server that is never ready, with its last lines, and leaves nothing behind", async () => {
    const dumb = join(directory, "dumb");
    writeFileSync(dumb, '#!/bin/sh\n[ "$1" = -v ] && echo nats-server: v2.12.0 && exit\necho my pid is $$\nexec sleep 60\n');
    chmodSync(dumb, 0o755);
    const failure = await startNatsServer(options({ binary: dumb, readyWithinMs: 300 })).catch((error: Error) => error);
    expect(failure).toMatchObject({ reason: "not-ready" });
    const pid = Number(/my pid is (\d+)/.exec((failure as Error).message)?.[1]);
    expect(pid).toBeGreaterThan(0);
    expect(isAlive(pid)).toBe(false);
  });
});
