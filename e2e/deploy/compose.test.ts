// docker-compose.yml, as Compose itself reads it, and what it mounts and sets, as those read it who get it.
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Bus } from "@madang/bus";
import { eventually } from "@madang/devkit";
import { gatewayConfig } from "@madang/gateway";
import { persistenceConfig } from "@madang/persistence";
import { roomConfig } from "@madang/room";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { follow, project, temporaryFolder } from "../support/processes.ts";
import { runTool } from "./tools.ts";

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string | null>;
  ports?: { host_ip?: string; published: string; target: number }[];
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { replicas?: number; resources?: { limits?: { memory?: string } } };
  read_only?: boolean;
  profiles?: string[];
  networks?: Record<string, unknown>;
}

const given = {
  MADANG_NATS_PASSWORD: "0123456789",
  MADANG_MYSQL_PASSWORD: "a-password-for-tests",
  MADANG_TOKEN_SECRET: "a-secret-for-tests-only",
  MADANG_API_KEY: "a-key-for-tests-only",
};
const file = ["--file", join(project, "docker-compose.yml"), "--project-directory", project];
// The tester's own .env says nothing here.
const config = (environment: Record<string, string>, more: string[] = []) =>
  runTool("compose", [...file, "--env-file", "/dev/null", "--profile", "*", "config", ...more], { environment });

describe("docker-compose.yml", () => {
  let services: Record<string, Service>;
  let ours: [string, Service][];

  beforeAll(async () => {
    services = JSON.parse(await config(given, ["--format", "json"])).services;
    ours = Object.entries(services).filter(([, { image }]) => image.startsWith("madang:"));
  });
  const service = (name: string): Service => {
    const found = services[name];
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  };
  const environmentOf = (name: string) =>
    Object.fromEntries(Object.entries(service(name).environment ?? {}).map(([key, value]) => [key, value ?? undefined]));

  test.each(Object.keys(given))("does not start without %s, and says so", async (name) => {
    await expect(config({ ...given, [name]: "" }, ["-q"])).rejects.toThrow(
      `required variable ${name} is missing a value: see .env.example`,
    );
  });

  test("has all that it needs after the first two commands of docs/deployment.md", async () => {
    using folder = temporaryFolder();
    copyFileSync(join(project, ".env.example"), join(folder.path, ".env.example"));
    const page = readFileSync(join(project, "docs/deployment.md"), "utf8");
    const [, commands = ""] = /^```sh\n(cp \.env\.example[\s\S]*?)^docker compose up/m.exec(page) ?? [];
    execFileSync("/bin/sh", ["-euc", commands], { cwd: folder.path });
    const arguments_ = [
      "--file",
      join(project, "docker-compose.yml"),
      "--env-file",
      join(folder.path, ".env"),
      "config",
      "--format",
      "json",
    ];
    const { gateway, mysql } = JSON.parse(await runTool("compose", arguments_)).services;
    for (const secret of [
      gateway.environment.MADANG_TOKEN_SECRET,
      gateway.environment.MADANG_API_KEY,
      mysql.environment.MYSQL_PASSWORD,
    ])
      expect(secret).toMatch(/^[0-9a-f]{48}$/);
  });

  test("has every variable that it reads in .env.example", () => {
    const example = readFileSync(join(project, ".env.example"), "utf8");
    const read = [...readFileSync(join(project, "docker-compose.yml"), "utf8").matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect(new Set(read).size).toBeGreaterThan(10);
    for (const name of new Set(read)) expect(example).toMatch(new RegExp(`^(?:# )?${name}=`, "m"));
  });

  test("publishes on loopback alone, unless told otherwise, and no broker, no database and no collector at all", async () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => ({ name, ...port })));
    for (const { host_ip } of published) expect(host_ip).toBe("127.0.0.1");
    expect(published.map(({ name }) => name).sort()).toEqual(["balancer", "grafana", "jaeger", "prometheus"]);
    const opened = JSON.parse(await config({ ...given, MADANG_HTTP_HOST: "0.0.0.0" }, ["--format", "json"])).services;
    expect(opened.balancer.ports[0].host_ip).toBe("0.0.0.0");
    expect(opened.grafana.ports[0].host_ip).toBe("127.0.0.1");
  });

  test("names a version of every image, bounds the memory of every container, and lets ours write nothing", () => {
    for (const [name, { image, deploy }] of Object.entries(services)) {
      if (!image.startsWith("madang:")) expect(image, name).toMatch(/:v?\d+\.\d+\.\d+/);
      if (name !== "migrate") expect(Number(deploy?.resources?.limits?.memory), name).toBeGreaterThan(0);
    }
    expect(ours.map(([name]) => name).sort()).toEqual(["gateway", "migrate", "persistence", "room"]);
    for (const [name, { read_only, volumes = [] }] of ours) expect([read_only, volumes], name).toEqual([true, []]);
  });

  test("starts two of each service behind the balancer, each after what it needs is healthy, and nothing else without its profile", () => {
    for (const name of ["gateway", "room", "persistence"]) expect(service(name).deploy?.replicas, name).toBe(2);
    const needs = Object.fromEntries(
      Object.entries(services)
        .filter(([, { profiles }]) => profiles === undefined)
        .map(([name, { depends_on = {} }]) => [
          name,
          Object.fromEntries(Object.entries(depends_on).map(([on, { condition }]) => [on, condition])),
        ]),
    );
    expect(needs).toEqual({
      nats: {},
      mysql: {},
      migrate: { mysql: "service_healthy" },
      room: { nats: "service_healthy" },
      persistence: { nats: "service_healthy", mysql: "service_healthy", migrate: "service_completed_successfully" },
      gateway: { nats: "service_healthy", room: "service_healthy" },
      balancer: { gateway: "service_healthy" },
    });
    for (const [name, { healthcheck }] of Object.entries(services).filter(([name]) => name in needs && name !== "migrate"))
      expect(healthcheck?.test?.[0], name).toBe("CMD");
  });

  test("sets what the services understand", () => {
    expect(gatewayConfig(environmentOf("gateway"))).toMatchObject({ http: { host: "0.0.0.0", port: 8000 }, anonymous: false });
    expect(roomConfig(environmentOf("room"))).toMatchObject({ health: { host: "0.0.0.0", port: 8001 } });
    expect(persistenceConfig(environmentOf("persistence"))).toMatchObject({
      migrate: false,
      health: { host: "0.0.0.0", port: 8001 },
    });
    expect(service("migrate").environment?.DATABASE_URL).toBe(service("persistence").environment?.DATABASE_URL);
    for (const [name, { command = [] }] of ours) expect(command, name).toEqual([name]);
  });

  test("mounts files that are there, for reading only", () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === "bind"));
    expect(mounts.length).toBeGreaterThan(5);
    for (const { source, read_only } of mounts) {
      expect(existsSync(source), source).toBe(true);
      expect(read_only, source).toBe(true);
    }
  });

  test("runs a NATS that lets in whoever has the password, even one of digits, and nobody else", async () => {
    using folder = temporaryFolder();
    const ports = join(folder.path, "ports");
    const settings = readFileSync(join(project, "deploy/nats/nats.conf"), "utf8")
      .replace("0.0.0.0:4222", "127.0.0.1:-1")
      .replace("0.0.0.0:8222", "127.0.0.1:-1")
      .replace('"/data"', JSON.stringify(join(folder.path, "data")));
    writeFileSync(join(folder.path, "nats.conf"), `${settings}\nports_file_dir: ${JSON.stringify(folder.path)}\n`);
    const env = Object.fromEntries(Object.entries(environmentOf("nats")).map(([name, value]) => [name, value ?? ""]));
    const [, ...args] = service("nats").command ?? [];
    const configuration = args.map((arg) => (arg.endsWith(".conf") ? join(folder.path, "nats.conf") : arg));
    await using server = follow(
      spawn(join(project, ".cache/bin/nats-server"), configuration, { env, stdio: ["ignore", "pipe", "pipe"] }),
    );
    const port = await eventually(() => {
      const found = /Listening for client connections on [\d.]+:(\d+)/.exec(server.output())?.[1];
      if (found === undefined) throw new Error(server.output() || ports);
      return found;
    });
    expect(server.output()).toMatch(/Max Storage: +8.00 GB/);
    const url = (environmentOf("gateway").NATS_URL ?? "").replace("@nats:4222", `@127.0.0.1:${port}`);
    const bus = await Bus.connect({ url, name: "test", onHandlerError: () => {} });
    expect(bus.connected).toBe(true);
    await bus.close();
    const stranger = Bus.connect({ url: `nats://madang:wrong@127.0.0.1:${port}`, name: "test", onHandlerError: () => {} });
    await expect(stranger).rejects.toThrow("Authorization Violation");
  });

  test("lets Prometheus find every service by its name, where it shows its figures", () => {
    const { scrape_configs, rule_files } = parse(readFileSync(join(project, "deploy/observability/prometheus.yml"), "utf8"));
    const targets: { names: string[]; port: number }[] = scrape_configs.flatMap(
      (job: { dns_sd_configs?: object[] }) => job.dns_sd_configs ?? [],
    );
    for (const { names } of targets) for (const name of names) expect(services).toHaveProperty(name);
    for (const name of ["gateway", "room", "persistence"]) {
      expect(targets).toContainEqual(
        expect.objectContaining({ names: [name], port: Number(environmentOf(name).MADANG_HEALTH_PORT) }),
      );
    }
    const mounted = (service("prometheus").volumes ?? []).map(({ target }) => target);
    expect(mounted).toEqual(expect.arrayContaining(rule_files));
  });
});
