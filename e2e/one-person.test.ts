// One person can run it: `npm start` as a user types it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { parseEnv } from "node:util";
import { eventually } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { familyOf, memoryOf } from "./support/memory.ts";
import { follow, project, type Running, secrets, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { connected, sendUntilAnswered } from "./support/viewer.ts";

/** In a process group of its own, as a terminal starts it, and with the PATH of a user: without what `npm test` puts before it. */
function npmStart(environment: Record<string, string>): Running & { interrupt(): void } {
  const { PATH = "", HOME = "" } = process.env;
  const path = PATH.split(delimiter)
    .filter((folder) => !folder.startsWith(project))
    .join(delimiter);
  const env = { PATH: path, HOME, MADANG_HTTP_PORT: "0", ...environment };
  const child = spawn("npm", ["start"], { cwd: project, detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
  const toAll = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), signal);
  };
  const running = follow(child);
  return Object.assign(running, {
    // Ctrl-C reaches every process of the group.
    interrupt: () => toAll("SIGINT"),
    [Symbol.asyncDispose]: async () => {
      toAll("SIGKILL");
      await running.exited;
    },
  });
}

const addressOf = (running: Running) =>
  eventually(
    () => {
      const found = /page +http:\/\/([^/]+)\//.exec(running.output())?.[1];
      if (found === undefined) throw new Error(running.output());
      return found;
    },
    { withinMs: 20_000, everyMs: 5 },
  );
const alive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

describe("npm start", () => {
  test("serves in 3 s once set up, idles within 250 MB in all its processes, and Ctrl-C leaves nothing behind", async () => {
    using folder = temporaryFolder();
    {
      // The first start of all compiles what the later ones find: it is a part of setting up.
      await using first = npmStart({ MADANG_DATA_DIR: folder.path });
      await addressOf(first);
      first.interrupt();
      await first.exited;
    }
    const startedAt = performance.now();
    await using madang = npmStart({ MADANG_DATA_DIR: folder.path });
    const authority = await addressOf(madang);
    expect((await fetch(`http://${authority}/readyz`)).status).toBe(200);
    const servesAfterMs = performance.now() - startedAt;
    expect((await fetch(`http://${authority}/`)).headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(await (await fetch(`http://${authority}/live`)).text()).toContain("./assets/live-");
    // What starting up has used and let go of is given back to the system within seconds.
    await eventually(
      () => {
        const { nowMb, each } = memoryOf(madang.pid);
        expect(nowMb, each).toBeLessThan(250);
      },
      { withinMs: 20_000, everyMs: 250 },
    );
    const family = familyOf(madang.pid);
    madang.interrupt();
    await madang.exited;
    await eventually(() => expect(family.filter(alive)).toEqual([]));
    expect(servesAfterMs).toBeLessThan(3_000);
  }, 40_000);

  test("ends cleanly by two signals at once, as a Ctrl-C under npm is", async () => {
    using folder = temporaryFolder();
    await using madang = await startAllInOne(folder.path);
    // Two of a kind could melt into one on their way.
    madang.signal("SIGINT");
    madang.signal("SIGTERM");
    expect(await madang.exited).toEqual({ code: 0, signal: null });
    // A clean end gives its claim back.
    expect(existsSync(join(folder.path, "owner"))).toBe(false);
  });

  test("starts with .env.example as its .env, as it is", async () => {
    using folder = temporaryFolder();
    const example = parseEnv(readFileSync(join(project, ".env.example"), "utf8"));
    await using madang = npmStart({ ...example, MADANG_HTTP_PORT: "0", MADANG_DATA_DIR: folder.path } as Record<string, string>);
    expect((await fetch(`http://${await addressOf(madang)}/readyz`)).status).toBe(200);
    madang.interrupt();
    await madang.exited;
  });

  test("finds its data again, and a SIGTERM to npm is as good as Ctrl-C", async () => {
    using folder = temporaryFolder();
    const message = { channel: "live:kept", id: "m", data: { text: "kept" } };
    for (const duplicate of [false, true]) {
      await using madang = npmStart({ ...secrets, MADANG_DATA_DIR: folder.path });
      const client = await connected(`ws://${await addressOf(madang)}/connection/websocket`, { user: "kim" });
      expect(await sendUntilAnswered(client, message)).toMatchObject({ offset: 1, duplicate });
      client.disconnect();
      const family = familyOf(madang.pid);
      await madang.stop();
      await eventually(() => expect(family.filter(alive)).toEqual([]));
    }
  }, 40_000);
});

describe("what cannot start says so in one sentence, ends with 1, and leaves nothing behind", () => {
  const fails = async (environment: Record<string, string>, sentence: RegExp) => {
    using folder = temporaryFolder();
    const madang = npmStart({ MADANG_DATA_DIR: join(folder.path, "data"), ...environment });
    const family = new Set<number>();
    const watch = setInterval(() => {
      for (const pid of familyOf(madang.pid)) family.add(pid);
    }, 20);
    const { code } = await madang.exited;
    clearInterval(watch);
    expect(madang.output()).toMatch(sentence);
    expect(madang.output()).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
    await eventually(() => expect([...family].filter(alive)).toEqual([]), { withinMs: 8_000 });
  };

  test("a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await fails(
      { MADANG_HTTP_PORT: String(port) },
      new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken by another program\\.$`, "m"),
    );
    server.close();
  }, 30_000);

  test("a data directory that cannot be written", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    await fails({ MADANG_DATA_DIR: join(file, "data") }, /^The data directory .* cannot be written \(ENOTDIR\)\.$/m);
    if (process.getuid?.() === 0) return; // Nothing is forbidden to root.
    mkdirSync(join(folder.path, "locked"));
    chmodSync(join(folder.path, "locked"), 0o500);
    await fails({ MADANG_DATA_DIR: join(folder.path, "locked") }, /^The data directory .* cannot be written \(EACCES\)\.$/m);
  }, 30_000);

  test("a data directory that another Madang uses", async () => {
    using folder = temporaryFolder();
    await using first = npmStart({ MADANG_DATA_DIR: folder.path });
    await addressOf(first);
    await fails({ MADANG_DATA_DIR: folder.path }, /^The data directory .* is in use by another Madang \(process \d+\)\.$/m);
    expect((await fetch(`http://${await addressOf(first)}/readyz`)).status).toBe(200);
  }, 30_000);

  test(
    "a broker that does not answer",
    () => fails({ NATS_URL: "nats://127.0.0.1:1" }, /^NATS at 127\.0\.0\.1:1 does not answer/m),
    30_000,
  );

  test(
    "a database that does not answer",
    () => fails({ DATABASE_URL: "mysql://root:hidden@127.0.0.1:1/madang" }, /^[A-Z].*127\.0\.0\.1:1.*\.$/m),
    30_000,
  );

  test("a log level that is none", async () => {
    await fails({ MADANG_LOG_LEVEL: "loud" }, /^The settings are wrong\. MADANG_LOG_LEVEL: one of trace, .*\.$/m);
  }, 30_000);

  test(
    "settings that are wrong, all of them named",
    () =>
      fails(
        { MADANG_HTTP_PORT: "many", MADANG_ANONYMOUS: "perhaps" },
        /^The settings are wrong\. MADANG_HTTP_PORT: a port from 0 to 65535; MADANG_ANONYMOUS: on or off\.$/m,
      ),
    30_000,
  );
});
