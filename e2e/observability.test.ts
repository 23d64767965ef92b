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

  test("fire in trouble, and not while all is well", async () => {
    const well = {
      ...Object.fromEntries(["gateway", "room", "persistence"].map((job) => [`up{job="${job}"}`, "1x60"])),
      ...{ madang_gateway_nats_answers: "1x60", madang_gateway_connections: "1000x60", madang_rooms_quarantined: "0x60" },
      'madang_gateway_refusals_total{code="1000"}': "0x60",
      'madang_gateway_refusals_total{code="107"}': "0+900x60",
      'madang_gateway_connections_closed_total{code="3008"}': "0+1x60",
      madang_gateway_gaps_total: "0x60",
      madang_event_loop_delay_p99_seconds: "0.01x60",
      'madang_room_commits_total{outcome="stored"}': "0+600x60",
      'madang_room_commits_total{outcome="ambiguous"}': "0x60",
      ...{ madang_rooms_lost_total: "0x60", madang_room_dead_letters_total: "0x60" },
      'madang_room_commit_duration_seconds_bucket{le="0.1"}': "0+600x60",
      'madang_room_commit_duration_seconds_bucket{le="5"}': "0+600x60",
      'madang_room_commit_duration_seconds_bucket{le="+Inf"}': "0+600x60",
      'madang_gateway_fan_out_duration_seconds_bucket{le="0.1"}': "0+600x60",
      'madang_gateway_fan_out_duration_seconds_bucket{le="5"}': "0+600x60",
      'madang_gateway_fan_out_duration_seconds_bucket{le="+Inf"}': "0+600x60",
      'madang_room_rejected_total{reason="overloaded"}': "0x60",
      madang_store_answers: "1x60",
      ...Object.fromEntries(Array.from({ length: 8 }, (_, k) => [`madang_projector_running{stream="ROOMS_${k}"}`, "1x60"])),
      'madang_projector_lag_records{stream="ROOMS_0"}': "3x60",
      'madang_log_bytes{stream="ROOMS_0"}': "500x60",
      'madang_log_max_bytes{stream="ROOMS_0"}': "1000x60",
      'madang_projector_dead_letters_total{stream="ROOMS_0"}': "0x60",
      'madang_projector_lost_events_total{stream="ROOMS_0"}': "0x60",
      madang_audit_missing_rows_total: "0x60",
      madang_audit_different_rows_total: "0x60",
      madang_audit_rounds_total: "0+1x60",
      madang_audit_rooms_total: "0+5x60",
      nats_varz_slow_consumers: "0x60",
    };
    // In the place of what is well; undefined: it is missing.
    const troubles: Record<string, Record<string, string | undefined>> = {
      MadangServiceDown: { 'up{job="room"}': "1x30 0x30" },
      MadangGatewayWithoutNats: { madang_gateway_nats_answers: "1x30 0x30" },
      MadangSendersDisappointed: { 'madang_gateway_refusals_total{code="1000"}': "0+90x60" },
      MadangCommitsSlow: { 'madang_room_commit_duration_seconds_bucket{le="0.1"}': "0x60" },
      MadangCommitsAmbiguous: { 'madang_room_commits_total{outcome="ambiguous"}': "0x50 1x10" },
      MadangRoomsChangeHands: { madang_rooms_lost_total: "0+2x60" },
      MadangRoomsOverloaded: { 'madang_room_rejected_total{reason="overloaded"}': "0+90x60" },
      MadangFanOutSlow: { 'madang_gateway_fan_out_duration_seconds_bucket{le="0.1"}': "0x60" },
      MadangRoomsQuarantined: { madang_rooms_quarantined: "0x30 1x30" },
      MadangReadersTooSlow: { 'madang_gateway_connections_closed_total{code="3008"}': "0+30x60" },
      MadangGaps: { madang_gateway_gaps_total: "0+20x60" },
      MadangEventLoopLate: { madang_event_loop_delay_p99_seconds: "0.5x60" },
      MadangStoreAway: { madang_store_answers: "1x30 0x30" },
      MadangProjectorMissing: { 'madang_projector_running{stream="ROOMS_3"}': undefined },
      MadangProjectorLags: { 'madang_projector_lag_records{stream="ROOMS_0"}': "0+1000x60" },
      MadangLogFillsUp: { 'madang_log_bytes{stream="ROOMS_0"}': "900x60" },
      MadangDeadLetters: { 'madang_projector_dead_letters_total{stream="ROOMS_0"}': "0x50 1x10" },
      MadangEventsLost: { 'madang_projector_lost_events_total{stream="ROOMS_0"}': "0x50 1x10" },
      MadangStoreDiffers: { madang_audit_different_rows_total: "0x50 1x10" },
      MadangAuditStandsStill: { madang_audit_rounds_total: undefined },
      MadangNatsSlowConsumers: { nats_varz_slow_consumers: "0x50 1x10" },
    };
    const caseOf = (firing: string[], series: Record<string, string | undefined>) => ({
      interval: "30s",
      input_series: Object.entries(series).flatMap(([name, values]) => (values === undefined ? [] : [{ series: name, values }])),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: "29m",
          exp_samples: firing.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
        },
      ],
    });
    expect(Object.keys(troubles).sort()).toEqual([...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name).sort());
    const all = Object.assign({}, well, ...Object.values(troubles));
    const tests = [caseOf([], well), caseOf(Object.keys(troubles), all)];
    using draft = temporaryFolder();
    const file = join(draft.path, "alerts.test.yml");
    writeFileSync(file, JSON.stringify({ rule_files: [alertsFile], evaluation_interval: "30s", tests }));
    expect(await promtool(["test", "rules", file])).toBe("");
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
