// `npm run generate:rules`: the alerts as an object of the Prometheus operator, since Kustomize cannot put one file into another.
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readText, writeWhole } from "./setup/files.mjs";
import { root } from "./setup/places.mjs";

const alerts = join(root, "deploy/observability/alerts.yml");
const rule = join(root, "k8s/components/monitoring/prometheus-rule.yaml");

const { groups } = parse(readText(alerts));
const object = {
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PrometheusRule",
  metadata: { name: "madang", labels: { "app.kubernetes.io/name": "madang" } },
  spec: { groups },
};
const origin = "# Made of deploy/observability/alerts.yml by `npm run generate:rules`: change it there.\n";
writeWhole(rule, origin + stringify(object, { lineWidth: 0 }));
