// Alerts and dashboards name only what there is, and each alert has its page.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dashboards, fileOf, folder, textOf, toGrafana } from "../deploy/observability/dashboards.ts";
import { project, temporaryFolder } from "./support/processes.ts";
import { promtool } from "./support/promtool.ts";

const alertsFile = join(project, "deploy/observability/alerts.yml");
const alerts = readFileSync(alertsFile, "utf8");
const metricsPage = readFileSync(join(project, "docs/metrics.md"), "utf8");
const operations = readFileSync(join(project, "docs/operations.md"), "utf8");

/** Of others, with where they come from: Prometheus itself, and the exporter for NATS with `-varz -prefix=nats`. */
const foreign = new Set([
  "up",
  ...["cpu", "mem", "connections", "subscriptions", "in_msgs", "out_msgs", "in_bytes", "out_bytes", "slow_consumers"].map(
    (name) => `nats_varz_${name}`,
  ),
]);

/** Every metric that a page has, a histogram's parts included; e2e/metrics.test.ts holds that the page is right. */
const known = new Set(
  [...metricsPage.matchAll(/^\| `(\w+)` +\| (\w+) /gm)].flatMap(([, name = "", kind]) =>
    kind === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);

const metricsIn = (expression: string) =>
  [...expression.matchAll(/\b(?:madang|process|nodejs|nats)_\w+|\bup\b/g)].map(([name]) => name);

describe("alerts", () => {
  test("are rules that Prometheus takes", async () => {
    expect(await promtool(["check", "rules", alertsFile])).toBe("");
  });

  test("name only metrics that there are", () => {
    const named = [...alerts.matchAll(/expr: (.*)$/gm)].flatMap(([, expression = ""]) => metricsIn(expression));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.has(name) && !foreign.has(name))).toEqual([]);
  });

  test("have each a section of docs/operations.md that says what to do, and no section is of none", () => {
    const named = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
    const runbooks = [...alerts.matchAll(/runbook: docs\/operations\.md#(\w+)/g)].map(([, anchor]) => anchor);
    const sections = [...operations.matchAll(/^### (Madang\w+)\n\n(?=\S)/gm)].map(([, name]) => name);
    expect(runbooks).toEqual(named.map((name) => name.toLowerCase()));
    expect(sections).toEqual(named);
  });
});

describe("dashboards", () => {
  test("are those that their script makes: npm run generate:dashboards", () => {
    expect(readdirSync(folder).sort()).toEqual(dashboards.map(fileOf).sort());
    for (const dashboard of dashboards) expect(readFileSync(join(folder, fileOf(dashboard)), "utf8")).toBe(textOf(dashboard));
  });

  test("name only metrics that there are, and expressions that Prometheus can read", async () => {
    const expressions = dashboards
      .flatMap(({ rows }) => Object.values(rows).flat())
      .flatMap(({ queries }) => Object.values(queries))
      .map((expression) => expression.replaceAll("$__rate_interval", "1m"));
    expect(expressions.flatMap(metricsIn).filter((name) => !known.has(name) && !foreign.has(name))).toEqual([]);
    const rules = { groups: [{ name: "all", rules: expressions.map((expr, index) => ({ record: `panel_${index}`, expr })) }] };
    using draft = temporaryFolder();
    const file = join(draft.path, "panels.yml");
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(rules));
    expect(await promtool(["check", "rules", file])).toBe("");
  });

  test("lie within the page, no panel over another, each with a name of its own", () => {
    for (const dashboard of dashboards) {
      const { panels } = toGrafana(dashboard) as {
        panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
      };
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => [x + (i % w), y + Math.floor(i / w)]),
      );
      expect(new Set(cells.map(String)).size).toBe(cells.length);
      expect(Math.max(...cells.map(([x = 0]) => x))).toBe(23);
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    }
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
  });

  test("show every metric of ours at least once, in a graph or in an alert", () => {
    const shown = new Set([
      ...metricsIn(alerts),
      ...dashboards
        .flatMap(({ rows }) => Object.values(rows).flat())
        .flatMap(({ queries }) => Object.values(queries).flatMap(metricsIn)),
    ]);
    const ours = [...metricsPage.matchAll(/^\| `(madang_\w+)` +\| (\w+) /gm)].map(([, name = "", kind]) =>
      kind === "histogram" ? `${name}_bucket` : name,
    );
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });
});
