// k8s/, rendered as a cluster gets it: valid, closed, and with settings that the services understand.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { limits } from "@madang/contracts";
import { gatewayConfig } from "@madang/gateway";
import { persistenceConfig } from "@madang/persistence";
import { roomConfig } from "@madang/room";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { project, temporaryFolder } from "../support/processes.ts";
import { checkFields, type IPodTemplateSpec, type Manifest, render, unknownKeys } from "./manifests.ts";

const folder = temporaryFolder();
const overlays = new Map<string, Manifest[]>();
beforeAll(async () => {
  for (const name of ["local", "production"] as const) overlays.set(name, await render(name, join(folder.path, name)));
});
afterAll(() => folder[Symbol.dispose]());

const all = (overlay: string) => overlays.get(overlay) ?? [];
const ofKind = (overlay: string, kind: string) => all(overlay).filter((manifest) => manifest.kind === kind);
function one(overlay: string, kind: string, name: string): Manifest {
  const found = ofKind(overlay, kind).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`${overlay} has no ${kind} ${name}`);
  return found;
}
const podsOf = (overlay: string) =>
  all(overlay).flatMap(({ metadata, spec }) =>
    spec?.template === undefined ? [] : [{ name: metadata.name, pod: (spec.template as IPodTemplateSpec).spec }],
  );
function podOf(overlay: string, name: string) {
  const found = podsOf(overlay).find((each) => each.name === name)?.pod;
  const container = found?.containers[0];
  if (found === undefined || container === undefined) throw new Error(`${overlay} has no pods of ${name}`);
  return { ...found, container };
}

describe.each(["local", "production"])("the overlay %s", (overlay) => {
  test("has objects with all fields that they need, each of its type", () => {
    expect(all(overlay).length).toBeGreaterThan(20);
    for (const manifest of all(overlay)) checkFields(manifest);
  });

  test("has no key that its kind does not know", async () => {
    expect(await unknownKeys(all(overlay), join(folder.path, `${overlay}-types`))).toBe("");
  });

  test("keeps to Pod Security `restricted`, in a namespace that enforces it, and has no token of the API server", () => {
    expect(one(overlay, "Namespace", "madang").metadata.labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
    });
    expect(podsOf(overlay).length).toBeGreaterThanOrEqual(4);
    for (const { name, pod } of podsOf(overlay)) {
      expect(pod?.automountServiceAccountToken, name).toBe(false);
      expect(pod?.securityContext, name).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(pod?.securityContext?.runAsUser, name).toBeGreaterThan(0);
      for (const { securityContext, resources, image } of pod?.containers ?? []) {
        expect(securityContext, name).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
        if (name !== "mysql") expect(securityContext?.readOnlyRootFilesystem, name).toBe(true);
        expect(resources?.limits, name).toHaveProperty("memory");
        expect(image, name).toMatch(/:(?:local|\d+\.\d+\.\d+)$/);
      }
    }
  });

  test("asks a process alone whether it lives, and NATS and MySQL only whether it is ready", () => {
    for (const name of ["gateway", "room", "persistence"]) {
      const { container } = podOf(overlay, name);
      expect(container.startupProbe?.httpGet?.path, name).toBe("/healthz");
      expect(container.livenessProbe?.httpGet?.path, name).toBe("/healthz");
      expect(container.readinessProbe?.httpGet?.path, name).toBe("/readyz");
      // A service that waits for a broker which starts itself is not given up meanwhile.
      const { periodSeconds = 0, failureThreshold = 0 } = container.startupProbe ?? {};
      expect(periodSeconds * failureThreshold * 1_000, name).toBeGreaterThan(2 * limits.provisionWithinMs);
    }
  });

  test("sets what the services understand, and every secret and map that it names is there", () => {
    const known = { database: "mysql://madang:password@mysql:3306/madang", nats: "nats://madang:password@nats:4222" };
    const settings = one(overlay, "ConfigMap", podOf(overlay, "room").container.envFrom?.[0]?.configMapRef?.name ?? "").data;
    const environmentOf = (name: string) => {
      const { container } = podOf(overlay, name);
      const pairs = (container.env ?? []).map(({ name, value, valueFrom }) => {
        if (valueFrom?.secretKeyRef === undefined) return [name, value ?? "pod-7d9f-x2"];
        const { name: secret = "", key } = valueFrom.secretKeyRef;
        if (overlay === "local") expect(one(overlay, "Secret", secret).data, secret).toHaveProperty([key]);
        return [name, name === "DATABASE_URL" ? known.database : name === "NATS_URL" ? known.nats : "a-secret-for-tests-only"];
      });
      return { ...settings, ...Object.fromEntries(pairs) };
    };
    const replicas = overlay === "local" ? 1 : 3;
    expect(gatewayConfig(environmentOf("gateway"))).toMatchObject({ http: { host: "0.0.0.0" }, anonymous: false, replicas });
    expect(roomConfig(environmentOf("room"))).toMatchObject({ health: { host: "0.0.0.0", port: 8001 }, replicas });
    expect(persistenceConfig(environmentOf("persistence"))).toMatchObject({ health: { port: 8001 }, migrate: false, replicas });
    const example = readFileSync(join(project, ".env.example"), "utf8");
    for (const name of ["gateway", "room", "persistence", "migrate"])
      for (const variable of Object.keys(environmentOf(name))) expect(example).toMatch(new RegExp(`^(?:# )?${variable}=`, "m"));
  });

  test("gives a gateway the time that its drain takes, after a pause in which balancers hear of it", () => {
    const { container, terminationGracePeriodSeconds = 0 } = podOf(overlay, "gateway");
    const pause = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(pause).toBeGreaterThan(0);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(pause + 40 + limits.closeHandshakeMs / 1_000);
    expect((podOf(overlay, "room").terminationGracePeriodSeconds ?? 0) * 1_000).toBeGreaterThan(limits.drainMs);
  });

  test("lets nobody talk to anybody but on these roads", () => {
    const policies = ofKind(overlay, "NetworkPolicy");
    const deny = one(overlay, "NetworkPolicy", "default-deny").spec;
    expect(deny).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const roads = policies.flatMap(({ metadata, spec }) => {
      const { ingress = [], egress = [] } = spec as { ingress?: Road[]; egress?: Road[] };
      return [...ingress.map((road) => ({ from: road.from, road })), ...egress.map((road) => ({ from: road.to, road }))].map(
        ({ from = [], road }) => `${metadata.name}: ${from.length > 0 ? road.ports?.map(({ port }) => port) : "everybody"}`,
      );
    });
    expect(roads.sort()).toEqual(
      [
        "database: 3306",
        "dns: 53,53",
        "gateway-clients: 8000",
        "monitoring: 4318",
        "monitoring: 8001,7777",
        ...(overlay === "local" ? ["mysql: 3306"] : []),
        "nats: 4222",
        "nats: 6222",
        "nats: 6222",
        "services-to-nats: 4222",
      ].sort(),
    );
  });

  test("lets one of each go at a time, and spreads them over zones and machines", () => {
    for (const name of ["gateway", "room", "persistence"]) {
      expect(one(overlay, "PodDisruptionBudget", name).spec, name).toMatchObject({ maxUnavailable: 1 });
      const { topologySpreadConstraints = [] } = podOf(overlay, name);
      const keys = topologySpreadConstraints.map(({ topologyKey }) => topologyKey);
      expect(keys, name).toEqual(["topology.kubernetes.io/zone", "kubernetes.io/hostname"]);
    }
  });
});

interface Road {
  from?: object[];
  to?: object[];
  ports?: { port: number }[];
}

describe("the overlay production", () => {
  test("scales gateways on connections and CPU, quickly up and slowly down, and persistence on lag up to fewer than there are streams", () => {
    const gateway = one("production", "HorizontalPodAutoscaler", "gateway").spec as {
      metrics: { type: string }[];
      behavior: { scaleUp: { stabilizationWindowSeconds: number }; scaleDown: { stabilizationWindowSeconds: number } };
    };
    expect(gateway.metrics.map(({ type }) => type)).toEqual(["Pods", "ContainerResource"]);
    expect(gateway.behavior.scaleUp.stabilizationWindowSeconds).toBe(0);
    expect(gateway.behavior.scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(900);
    const persistence = one("production", "ScaledObject", "persistence").spec as {
      minReplicaCount: number;
      maxReplicaCount: number;
      triggers: { metadata: { query: string } }[];
    };
    expect(persistence.minReplicaCount).toBe(2);
    expect(persistence.maxReplicaCount).toBeLessThanOrEqual(limits.streams);
    expect(persistence.triggers[0]?.metadata.query).toContain("madang_projector_lag_records");
    // Whoever applies it again does not set their number back.
    for (const name of ["gateway", "persistence"])
      expect(one("production", "Deployment", name).spec, name).not.toHaveProperty("replicas");
    expect(one("production", "Deployment", "room").spec).toMatchObject({ replicas: 3 });
  });

  test("asks every service for its figures, at a port that it has", () => {
    for (const name of ["gateway", "room", "persistence"]) {
      const { endpoints } = one("production", "ServiceMonitor", name).spec as { endpoints: { port: string; path: string }[] };
      const { ports } = one("production", "Service", name).spec as { ports: { name: string; targetPort: string }[] };
      const port = ports.find((each) => each.name === endpoints[0]?.port);
      expect(podOf("production", name).container.ports, name).toContainEqual({ name: port?.targetPort, containerPort: 8001 });
    }
  });

  test("has the alerts of deploy/observability/alerts.yml", () => {
    const { groups } = parse(readFileSync(join(project, "deploy/observability/alerts.yml"), "utf8"));
    expect(groups.length).toBeGreaterThan(0);
    expect(one("production", "PrometheusRule", "madang").spec).toEqual({ groups });
  });
});

describe("the values for the chart of NATS", () => {
  const values = parse(readFileSync(join(project, "k8s/nats/values.yaml"), "utf8"), { merge: true });

  test("make three servers with a disk each, in zones of their own, which sync every write and let in whoever has the password", async () => {
    expect(values.config.cluster).toEqual({ enabled: true, replicas: 3 });
    expect(values.config.jetstream.fileStore.pvc.enabled).toBe(true);
    expect(values.config.jetstream.merge.sync_interval).toBe("always");
    expect(values.podTemplate.topologySpreadConstraints["topology.kubernetes.io/zone"].whenUnsatisfiable).toBe("DoNotSchedule");
    expect(values.promExporter).toMatchObject({ enabled: true, podMonitor: { enabled: true } });
    expect(values.config.merge.authorization.users).toEqual([{ user: "madang", password: "<< $NATS_PASSWORD >>" }]);
  });

  test("keep to Pod Security `restricted`", () => {
    expect(values.podTemplate.merge.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const name of ["container", "reloader", "promExporter"]) {
      expect(values[name].merge.securityContext, name).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
  });

  test("have room for the log and as much again", () => {
    const gibibytes = (size: string) => Number(/^(\d+)Gi$/.exec(size)?.[1]) * 2 ** 30;
    const { maxSize, pvc } = values.config.jetstream.fileStore;
    const settings = ofKind("production", "ConfigMap").find(({ data }) => data?.MADANG_LOG_MAX_BYTES !== undefined)?.data;
    expect(gibibytes(maxSize)).toBeGreaterThanOrEqual(2 * Number(settings?.MADANG_LOG_MAX_BYTES));
    expect(gibibytes(pvc.size)).toBeGreaterThan(gibibytes(maxSize));
  });

  test("are settings that nats-server takes", async () => {
    // As the chart writes them: JSON, in which what stands in << >> is bare.
    const { fileStore, memoryStore, merge: jetstream } = values.config.jetstream;
    const sizes = { max_file_store: `<< ${fileStore.maxSize} >>`, max_memory_store: `<< ${memoryStore.maxSize} >>` };
    const settings = { port: -1, jetstream: { store_dir: folder.path, ...sizes, ...jetstream }, ...values.config.merge };
    const file = join(folder.path, "chart.conf");
    writeFileSync(file, JSON.stringify(settings).replaceAll(/"<< (.*?) >>"/g, "$1"));
    const env = { NATS_PASSWORD: "m0123456789" };
    const { stdout, stderr } = await promisify(execFile)(join(project, ".cache/bin/nats-server"), ["-t", "-c", file], { env });
    expect(stdout + stderr).toContain("configuration file");
  });
});
