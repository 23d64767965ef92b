/** The figures of a service, in Prometheus' text form. What counts them is loaded only where somebody can ask for them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createNoopMeter, type Histogram, type Meter } from "@opentelemetry/api";

export type { Histogram, Meter };

export interface Metrics {
  /** Makes instruments. Names begin with `madang_` and have base units; no label ever names a room or a user. */
  readonly meter: Meter;
  /** Whether anybody can ask. */
  readonly counts: boolean;
  /** Answers `GET /metrics`. */
  answer(request: IncomingMessage, response: ServerResponse): void;
}

export async function collectMetrics(service: string): Promise<Metrics> {
  const [{ PrometheusExporter }, { MeterProvider }] = await Promise.all([
    import("@opentelemetry/exporter-prometheus"),
    import("@opentelemetry/sdk-metrics"),
  ]);
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true, withoutTargetInfo: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const meter = provider.getMeter(service);
  showProcess(meter);
  return {
    meter,
    counts: true,
    answer: (request, response) => exporter.getMetricsRequestHandler(request, response),
  };
}

/** Where nobody can ask. */
export function uncounted(): Metrics {
  return { meter: createNoopMeter(), counts: false, answer: (_request, response) => void response.writeHead(404).end() };
}

/** A figure that is kept elsewhere, and looked up when somebody asks. */
export interface Figure<T> {
  /** `madang_…`, without the `_total` that a counter gets. */
  readonly name: string;
  readonly description: string;
  /** Counters only rise; they begin anew with whatever counts. */
  readonly kind: "counter" | "gauge";
  readonly value: (of: T) => number;
}

/** Shows figures of everything that `sources` has at the moment, each with its labels. */
export function showFigures<T>(
  meter: Meter,
  figures: readonly Figure<T>[],
  sources: () => Iterable<readonly [labels: Record<string, string>, of: T]>,
): void {
  const shown = figures.map(({ name, description, kind, value }) => ({
    instrument:
      kind === "counter"
        ? meter.createObservableCounter(name, { description })
        : meter.createObservableGauge(name, { description }),
    value,
  }));
  meter.addBatchObservableCallback(
    (result) => {
      for (const [labels, of] of sources())
        for (const { instrument, value } of shown) result.observe(instrument, value(of), labels);
    },
    shown.map(({ instrument }) => instrument),
  );
}

/** Of durations from a fraction of a millisecond to the longest wait that anybody has, in seconds. */
const durationBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const sizeBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** `name` ends in `_seconds`. */
export function durations(meter: Meter, name: string, description: string): Histogram {
  return meter.createHistogram(name, { description, advice: { explicitBucketBoundaries: durationBounds } });
}

/** How many there are in one. */
export function sizes(meter: Meter, name: string, description: string): Histogram {
  return meter.createHistogram(name, { description, advice: { explicitBucketBoundaries: sizeBounds } });
}

const loopResolutionMs = 10;

interface ProcessFigures {
  readonly memory: NodeJS.MemoryUsage;
  readonly cpuS: number;
  readonly loopP99S: number;
  readonly loopMaxS: number;
}

/** The names without `madang_` are those that Prometheus' own clients use. */
const processFigures: readonly Figure<ProcessFigures>[] = [
  {
    name: "process_cpu_seconds",
    kind: "counter",
    value: ({ cpuS }) => cpuS,
    description: "User and system CPU time, in seconds",
  },
  {
    name: "process_resident_memory_bytes",
    kind: "gauge",
    value: ({ memory }) => memory.rss,
    description: "Resident memory, in bytes",
  },
  {
    name: "process_start_time_seconds",
    kind: "gauge",
    value: () => performance.timeOrigin / 1_000,
    description: "When the process started, in seconds since 1970",
  },
  {
    name: "nodejs_heap_size_used_bytes",
    kind: "gauge",
    value: ({ memory }) => memory.heapUsed,
    description: "Memory that objects of the program take, in bytes",
  },
  {
    name: "nodejs_external_memory_bytes",
    kind: "gauge",
    value: ({ memory }) => memory.external,
    description: "Memory of buffers, in bytes",
  },
  {
    name: "madang_event_loop_delay_p99_seconds",
    kind: "gauge",
    value: ({ loopP99S }) => loopP99S,
    description: "How late the event loop was since the last scrape, 99 of 100 times at most, in seconds",
  },
  {
    name: "madang_event_loop_delay_max_seconds",
    kind: "gauge",
    value: ({ loopMaxS }) => loopMaxS,
    description: "How late the event loop was at most since the last scrape, in seconds",
  },
];

function showProcess(meter: Meter): void {
  const delay = monitorEventLoopDelay({ resolution: loopResolutionMs });
  delay.enable();
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - loopResolutionMs) / 1_000 || 0;
  showFigures(meter, processFigures, () => {
    const { user, system } = process.cpuUsage();
    const figures = {
      memory: process.memoryUsage(),
      cpuS: (user + system) / 1e6,
      loopP99S: seconds(delay.percentile(99)),
      loopMaxS: seconds(delay.max),
    };
    delay.reset();
    return [[{}, figures]];
  });
}
