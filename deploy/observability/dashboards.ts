/**
 * The dashboards for Grafana, in short. `npm run generate:dashboards` writes them out; a test holds that they are current and name no metric
 * that there is not.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Unit = "short" | "ops" | "s" | "bytes" | "Bps" | "percentunit" | "bool_yes_no";

interface Panel {
  title: string;
  unit: Unit;
  /** By what their lines are called. */
  queries: Record<string, string>;
  /** What one is to make of it. */
  description?: string;
  /** One number instead of lines over time. */
  stat?: true;
}

interface Dashboard {
  uid: string;
  title: string;
  rows: Record<string, readonly Panel[]>;
}

const rate = (metric: string, by = "") => `sum${by === "" ? "" : ` by (${by})`} (rate(${metric}[$__rate_interval]))`;

const quantiles = (metric: string, by = ""): Record<string, string> => {
  const of = (q: number) =>
    `histogram_quantile(${q}, sum by (le${by === "" ? "" : `, ${by}`}) (rate(${metric}_bucket[$__rate_interval])))`;
  const label = by === "" ? "" : ` {{${by}}}`;
  return { [`p50${label}`]: of(0.5), [`p99${label}`]: of(0.99) };
};

const share = (part: string, whole: string) => `sum(rate(${part}[$__rate_interval])) / sum(rate(${whole}[$__rate_interval]))`;

/** What every service has, whatever it does. */
const processPanels = (job: string): readonly Panel[] => [
  {
    title: "CPU, cores",
    unit: "short",
    queries: { "{{instance}}": `rate(process_cpu_seconds_total{job="${job}"}[$__rate_interval])` },
    description: "Node does its work on one core: near 1 it is full.",
  },
  { title: "Memory", unit: "bytes", queries: { "{{instance}}": `process_resident_memory_bytes{job="${job}"}` } },
  {
    title: "Event loop, late by",
    unit: "s",
    queries: {
      "p99 {{instance}}": `madang_event_loop_delay_p99_seconds{job="${job}"}`,
      "max {{instance}}": `madang_event_loop_delay_max_seconds{job="${job}"}`,
    },
    description: "What everybody on this process waits beside their own work.",
  },
];

const commits: Panel = {
  title: "Commit",
  unit: "s",
  queries: quantiles("madang_room_commit_duration_seconds"),
  description: "From a batch's first try to its place in the log.",
};
const fanOut: Panel = {
  title: "Fan-out",
  unit: "s",
  queries: quantiles("madang_gateway_fan_out_duration_seconds"),
  description:
    "From a line's arrival at a gateway to its last viewer there, the wait for others included (up to 100 ms in a hot room).",
};
const lag: Panel = {
  title: "Records that the store does not have yet",
  unit: "short",
  queries: { "{{stream}}": "max by (stream) (madang_projector_lag_records)" },
};
const fill: Panel = {
  title: "Log, full by",
  unit: "percentunit",
  queries: { "{{stream}}": "max by (stream) (madang_log_bytes / madang_log_max_bytes)" },
  description: "What is stored is purged above 70 %. At 100 % the stream's rooms take nothing more.",
};

export const dashboards: readonly Dashboard[] = [
  {
    uid: "madang-overview",
    title: "Madang / Overview",
    rows: {
      "Is all well?": [
        {
          title: "Services that answer",
          unit: "short",
          stat: true,
          queries: { "{{job}}": 'sum by (job) (up{job=~"gateway|room|persistence"})' },
        },
        { title: "Connections", unit: "short", stat: true, queries: { connections: "sum(madang_gateway_connections)" } },
        { title: "Rooms awake", unit: "short", stat: true, queries: { rooms: "sum(madang_rooms_live)" } },
        {
          title: "Rooms in quarantine, dead letters (1 h)",
          unit: "short",
          stat: true,
          queries: {
            quarantined: "sum(madang_rooms_quarantined)",
            "dead letters":
              "sum(increase(madang_projector_dead_letters_total[1h])) + sum(increase(madang_room_dead_letters_total[1h]))",
          },
        },
      ],
      "The road of a comment": [
        {
          title: "Commands",
          unit: "ops",
          queries: { "{{method}}": rate("madang_gateway_commands_total", "method") },
        },
        { title: "Lines committed", unit: "ops", queries: { lines: rate("madang_room_commit_lines_sum") } },
        { title: "Frames to sockets", unit: "ops", queries: { frames: rate("madang_gateway_sent_frames_total") } },
        {
          title: "A command",
          unit: "s",
          queries: quantiles("madang_gateway_command_duration_seconds", "method"),
          description: "From a command's arrival to its reply.",
        },
        commits,
        fanOut,
      ],
      "What goes wrong": [
        {
          title: "Errors and refusals by code",
          unit: "ops",
          queries: { "{{code}}": `${rate("madang_gateway_refusals_total", "code")} > 0` },
          description: "The codes are in docs/protocol.md.",
        },
        {
          title: "Closes by code",
          unit: "ops",
          queries: { "{{code}}": `${rate("madang_gateway_connections_closed_total", "code")} > 0` },
        },
        lag,
        fill,
      ],
    },
  },
  {
    uid: "madang-gateway",
    title: "Madang / Gateway",
    rows: {
      Sockets: [
        { title: "Connections", unit: "short", queries: { "{{instance}}": "madang_gateway_connections" } },
        {
          title: "Come and go",
          unit: "ops",
          queries: {
            opened: rate("madang_gateway_connections_opened_total"),
            "closed {{code}}": `${rate("madang_gateway_connections_closed_total", "code")} > 0`,
            "refused {{reason}}": `${rate("madang_gateway_connections_refused_total", "reason")} > 0`,
          },
        },
        {
          title: "Closed as too slow",
          unit: "ops",
          queries: { "{{instance}}": rate('madang_gateway_connections_closed_total{code="3008"}', "instance") },
        },
        { title: "Heartbeats", unit: "ops", queries: { "{{instance}}": rate("madang_gateway_pings_total", "instance") } },
        { title: "Rooms", unit: "short", queries: { "{{instance}}": "madang_gateway_rooms" } },
        { title: "Subscriptions", unit: "short", queries: { "{{instance}}": "madang_gateway_subscriptions" } },
      ],
      Commands: [
        { title: "Commands", unit: "ops", queries: { "{{method}}": rate("madang_gateway_commands_total", "method") } },
        { title: "How long", unit: "s", queries: quantiles("madang_gateway_command_duration_seconds", "method") },
        {
          title: "Errors and refusals",
          unit: "ops",
          queries: { "{{code}}": `${rate("madang_gateway_refusals_total", "code")} > 0` },
        },
      ],
      Delivery: [
        fanOut,
        {
          title: "Frames",
          unit: "ops",
          queries: { sent: rate("madang_gateway_sent_frames_total"), received: rate("madang_gateway_received_frames_total") },
        },
        {
          title: "Bytes",
          unit: "Bps",
          queries: { sent: rate("madang_gateway_sent_bytes_total"), received: rate("madang_gateway_received_bytes_total") },
        },
        {
          title: "Gaps",
          unit: "ops",
          queries: { gaps: rate("madang_gateway_gaps_total"), lost: rate("madang_gateway_lost_ranges_total") },
        },
        { title: "Lines read for gaps", unit: "ops", queries: { lines: rate("madang_gateway_backfilled_lines_total") } },
      ],
      Process: [
        ...processPanels("gateway"),
        {
          title: "Ready, reaches NATS",
          unit: "bool_yes_no",
          queries: { "ready {{instance}}": "madang_gateway_ready", "NATS {{instance}}": "madang_gateway_nats_answers" },
        },
      ],
    },
  },
  {
    uid: "madang-room",
    title: "Madang / Room service",
    rows: {
      Rooms: [
        { title: "Awake", unit: "short", queries: { "{{instance}}": "madang_rooms_live" } },
        {
          title: "Claimed, lost, put to sleep",
          unit: "ops",
          queries: {
            claimed: rate("madang_room_claims_total"),
            lost: rate("madang_rooms_lost_total"),
            asleep: rate("madang_room_passivations_total"),
          },
          description: "Rooms that are lost without restarts: replicas do not see each other.",
        },
        {
          title: "Failures",
          unit: "short",
          queries: {
            "restarts (1 h)": "sum(increase(madang_room_restarts_total[1h]))",
            "in quarantine": "sum(madang_rooms_quarantined)",
            "dead letters (1 h)": "sum(increase(madang_room_dead_letters_total[1h]))",
          },
        },
      ],
      Commands: [
        { title: "Handled", unit: "ops", queries: { "{{instance}}": rate("madang_room_messages_total", "instance") } },
        { title: "Answers", unit: "ops", queries: { "{{kind}}": rate("madang_room_replies_total", "kind") } },
        { title: "Refusals", unit: "ops", queries: { "{{code}}": `${rate("madang_room_refusals_total", "code")} > 0` } },
        {
          title: "In mailboxes",
          unit: "short",
          queries: { "all {{instance}}": "madang_room_waiting", "fullest {{instance}}": "madang_room_waiting_most" },
        },
        { title: "Handled by no room", unit: "ops", queries: { "{{reason}}": rate("madang_room_rejected_total", "reason") } },
        { title: "Hearts", unit: "ops", queries: { hearts: rate("madang_room_hearts_total") } },
      ],
      Commits: [
        commits,
        { title: "Lines in a batch", unit: "short", queries: quantiles("madang_room_commit_lines") },
        { title: "Batches", unit: "ops", queries: { "{{outcome}}": rate("madang_room_commits_total", "outcome") } },
        {
          title: "In doubt",
          unit: "percentunit",
          queries: { "of all": share("madang_room_commits_in_doubt_total", "madang_room_commits_total") },
        },
      ],
      Process: processPanels("room"),
    },
  },
  {
    uid: "madang-persistence",
    title: "Madang / Persistence",
    rows: {
      Projectors: [
        lag,
        {
          title: "To the store",
          unit: "ops",
          queries: {
            rows: rate("madang_projector_events_total"),
            "of them acts": rate("madang_projector_acts_total"),
            totals: rate("madang_projector_totals_total"),
            commits: rate("madang_projector_transactions_total"),
          },
        },
        {
          title: "Running, waiting",
          unit: "short",
          queries: { running: "sum(madang_projector_running)", waiting: "sum(madang_projector_paused)" },
          description: "8 run, and none waits.",
        },
        { title: "One commit", unit: "s", queries: quantiles("madang_projector_transaction_duration_seconds") },
        { title: "Rows in it", unit: "short", queries: quantiles("madang_projector_transaction_rows") },
        {
          title: "Not stored",
          unit: "short",
          queries: {
            "dead letters (1 h)": "sum(increase(madang_projector_dead_letters_total[1h]))",
            "lost (1 h)": "sum(increase(madang_projector_lost_events_total[1h]))",
            "passed over (1 h)": "sum(increase(madang_projector_skipped_records_total[1h]))",
          },
        },
      ],
      Store: [
        { title: "Answers", unit: "bool_yes_no", queries: { "{{instance}}": "madang_store_answers" } },
        { title: "Questions", unit: "ops", queries: { "{{question}}": rate("madang_store_questions_total", "question") } },
        {
          title: "Questions without an answer",
          unit: "ops",
          queries: { "{{question}}": rate("madang_store_questions_failed_total", "question") },
        },
      ],
      Audit: [
        {
          title: "Compared",
          unit: "ops",
          queries: { rooms: rate("madang_audit_rooms_total"), events: rate("madang_audit_events_total") },
        },
        {
          title: "Found",
          unit: "short",
          queries: {
            missing: "sum(madang_audit_missing_rows_total)",
            different: "sum(madang_audit_different_rows_total)",
            lost: "sum(madang_audit_lost_rows_total)",
            "rooms unread": "sum(madang_audit_unread_rooms_total)",
          },
        },
        { title: "Rounds (1 h)", unit: "short", queries: { rounds: "sum(increase(madang_audit_rounds_total[1h]))" } },
      ],
      Process: processPanels("persistence"),
    },
  },
  {
    uid: "madang-nats",
    title: "Madang / NATS",
    rows: {
      Log: [
        fill,
        { title: "Log, bytes", unit: "bytes", queries: { "{{stream}}": "max by (stream) (madang_log_bytes)" } },
        lag,
        commits,
        { title: "Batches", unit: "ops", queries: { "{{outcome}}": rate("madang_room_commits_total", "outcome") } },
      ],
      Servers: [
        { title: "CPU", unit: "short", queries: { "{{instance}}": "nats_varz_cpu" }, description: "In percent of a core." },
        { title: "Memory", unit: "bytes", queries: { "{{instance}}": "nats_varz_mem" } },
        { title: "Connections", unit: "short", queries: { "{{instance}}": "nats_varz_connections" } },
        { title: "Subscriptions", unit: "short", queries: { "{{instance}}": "nats_varz_subscriptions" } },
        {
          title: "Messages",
          unit: "ops",
          queries: { in: rate("nats_varz_in_msgs"), out: rate("nats_varz_out_msgs") },
        },
        { title: "Bytes", unit: "Bps", queries: { in: rate("nats_varz_in_bytes"), out: rate("nats_varz_out_bytes") } },
        {
          title: "Slow consumers (1 h)",
          unit: "short",
          queries: { "{{instance}}": "increase(nats_varz_slow_consumers[1h])" },
          description: "Connections that NATS gave up, since they did not read fast enough.",
        },
      ],
    },
  },
];

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own form of a variable.
const datasource = { type: "prometheus", uid: "${datasource}" };
const columns = 24;
const rowHeight = 8;

/** As Grafana reads it. */
export function toGrafana({ uid, title, rows }: Dashboard): object {
  const panels: object[] = [];
  let y = 0;
  for (const [name, row] of Object.entries(rows)) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title: name,
      collapsed: false,
      gridPos: { h: 1, w: columns, x: 0, y },
      panels: [],
    });
    y++;
    const perLine = row.length === 4 || row.length === 8 ? 4 : Math.min(3, row.length);
    const w = columns / perLine;
    for (const [index, panel] of row.entries()) {
      const place = { h: rowHeight, w, x: (index % perLine) * w, y: y + Math.floor(index / perLine) * rowHeight };
      panels.push(panelAt(panel, panels.length + 1, place));
    }
    y += Math.ceil(row.length / perLine) * rowHeight;
  }
  return {
    uid,
    title,
    tags: ["madang"],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: "15s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [{ name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus" }] },
    links: [{ type: "dashboards", title: "Madang", tags: ["madang"], asDropdown: true, keepTime: true }],
    panels,
  };
}

function panelAt({ title, unit, queries, description, stat }: Panel, id: number, gridPos: object): object {
  const targets = Object.entries(queries).map(([legendFormat, expr], index) => ({
    refId: String.fromCharCode("A".charCodeAt(0) + index),
    datasource,
    expr,
    legendFormat,
  }));
  return {
    id,
    type: stat === true ? "stat" : "timeseries",
    title,
    ...(description === undefined ? {} : { description }),
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options:
      stat === true ? {} : { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets,
  };
}

export const folder = join(import.meta.dirname, "dashboards");
export const fileOf = ({ uid }: Pick<Dashboard, "uid">) => `${uid.replace("madang-", "")}.json`;
export const textOf = (dashboard: Dashboard) => `${JSON.stringify(toGrafana(dashboard), null, 2)}\n`;

if (import.meta.main) {
  mkdirSync(folder, { recursive: true });
  for (const dashboard of dashboards) writeFileSync(join(folder, fileOf(dashboard)), textOf(dashboard));
}
