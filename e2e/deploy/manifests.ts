// What Kustomize makes of k8s/, as a cluster would get it, and what is asked of every object of it.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { PrometheusRule, ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { Job } from "kubernetes-models/batch/v1";
import { Ingress, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, type IPodTemplateSpec, Namespace, Secret, Service, ServiceAccount } from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";
import { follow, project } from "../support/processes.ts";
import { runTool } from "./tools.ts";

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

export type { IPodTemplateSpec };

/** Where a kind's model is, by package. */
const models = {
  "kubernetes-models/v1": { ConfigMap, Namespace, Secret, Service, ServiceAccount },
  "kubernetes-models/apps/v1": { Deployment, StatefulSet },
  "kubernetes-models/batch/v1": { Job },
  "kubernetes-models/autoscaling/v2": { HorizontalPodAutoscaler },
  "kubernetes-models/networking.k8s.io/v1": { Ingress, NetworkPolicy },
  "kubernetes-models/policy/v1": { PodDisruptionBudget },
  "@kubernetes-models/keda/keda.sh/v1alpha1": { ScaledObject },
  "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1": { PrometheusRule, ServiceMonitor },
};

/** An overlay, rendered from a copy in `folder` with secrets as its own script makes them. */
export async function render(overlay: "local" | "production", folder: string): Promise<Manifest[]> {
  cpSync(join(project, "k8s"), join(folder, "k8s"), { recursive: true, filter: (path) => !path.endsWith("/secrets") });
  if (overlay === "local") await runScript(join(folder, "k8s/overlays/local/secrets.sh"));
  const text = await runTool("kustomize", [join(folder, "k8s/overlays", overlay)]);
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  // Kustomize breaks long secrets into lines, as base64 may be; the validator wants one.
  const inOneLine = (value: string) => value.replaceAll("\n", "");
  return manifests.map((manifest) =>
    manifest.kind === "Secret" ? { ...manifest, data: mapValues(manifest.data, inOneLine) } : manifest,
  );
}

function mapValues(values: Record<string, string> = {}, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

async function runScript(path: string): Promise<void> {
  const running = follow(spawn("/bin/sh", [path], { stdio: ["ignore", "pipe", "pipe"] }));
  const { code } = await running.exited;
  if (code !== 0) throw new Error(running.output());
}

/** Required fields and types. @throws what is wrong, in the validator's words. */
export function checkFields(manifest: Manifest): void {
  for (const [from, kinds] of Object.entries(models)) {
    const Model = (kinds as Record<string, new (data: never) => { validate(): void }>)[manifest.kind];
    if (Model === undefined || !from.endsWith(manifest.apiVersion)) continue;
    new Model(manifest as never).validate();
    return;
  }
  throw new Error(`there is no model of ${manifest.apiVersion} ${manifest.kind}`);
}

/** Whether any key is one that its kind does not have: a compiler sees that. Gives what it says. */
export async function unknownKeys(manifests: readonly Manifest[], folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(project, "e2e/node_modules"), join(folder, "node_modules"));
  const imports = Object.entries(models).map(
    ([from, kinds]) => `import type { ${Object.keys(kinds).map((kind) => `I${kind}`)} } from ${JSON.stringify(from)};`,
  );
  const values = manifests.map(
    (manifest, index) => `export const m${index}: I${manifest.kind} = ${JSON.stringify(manifest, null, 1)};`,
  );
  writeFileSync(join(folder, "manifests.ts"), [...imports, ...values].join("\n"));
  const options = { module: "nodenext", strict: true, noEmit: true, skipLibCheck: true, types: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["manifests.ts"] }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const compiler = join(project, "node_modules/.bin/tsc");
  const env = { ...process.env, PATH: `${join(project, ".cache/bin")}:${process.env.PATH}` };
  const running = follow(spawn(compiler, ["-p", folder], { env, stdio: ["ignore", "pipe", "pipe"] }));
  await running.exited;
  return running.output();
}
