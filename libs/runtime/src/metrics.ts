/** The figures of a service, in Prometheus' text form. What counts them is loaded only where somebody can ask for them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createNoopMeter, type Meter } from "@opentelemetry/api";

export type { Meter };

export interface Metrics {
  /** Makes instruments. Names begin with `madang_` and have base units; no label ever names a room or a user. */
  readonly meter: Meter;
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
  return {
    meter: provider.getMeter(service),
    answer: (request, response) => exporter.getMetricsRequestHandler(request, response),
  };
}

/** Where nobody can ask. */
export function uncounted(): Metrics {
  return { meter: createNoopMeter(), answer: (_request, response) => void response.writeHead(404).end() };
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
