/**
 * Traces, by OpenTelemetry: which work is followed, and where its spans go. Nothing of it is loaded unless the environment names a receiver,
 * in OpenTelemetry's own variables.
 */
import {
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace as traceApi,
} from "@opentelemetry/api";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { z } from "zod";
import { type Environment, readConfig, setting } from "./config.ts";
import type { Logger } from "./logger.ts";
import type { Trace } from "./trace.ts";
import { within } from "./within.ts";

export interface Tracing {
  /** Whether anything is followed at all. Where not, nobody needs to look for the names of traces. */
  readonly on: boolean;
  /** A trace that begins here, for one piece of work in so many; for the others there is none. */
  begin(name: string): Trace | undefined;
  /** A span in a trace of another process. None if this is no `traceparent`, or of a trace that nobody follows. */
  follow(name: string, traceparent: string): Trace | undefined;
  /** A span in each of the traces that go through a batch (`joinTraces`), linked to each other; all end at once. */
  followAll(name: string, traceparents: string): Pick<Trace, "set" | "end"> | undefined;
  /** Sends what is left. Never throws, and takes no longer than 1 s. */
  close(): Promise<void>;
}

/** Follows nothing. */
export const untraced: Tracing = {
  on: false,
  begin: () => undefined,
  follow: () => undefined,
  followAll: () => undefined,
  close: async () => {},
};

/** A batch has up to 256 events. With a usual ratio hardly one of them is followed; beyond this many the others are not followed on. */
const mostInBatch = 8;
const closeWithinMs = 1_000;

/** The names of the traces that go through a batch, for a header. */
export function joinTraces(traceparents: readonly string[]): string {
  return traceparents.slice(0, mostInBatch).join(",");
}

const samplers = ["parentbased_traceidratio", "parentbased_always_on", "parentbased_always_off"] as const;

const Schema = z.object({
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_TRACES_SAMPLER: z.enum(samplers, `one of ${samplers.join(", ")}`).default("parentbased_traceidratio"),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0|1|0?\.\d{1,9}|1\.0+|0\.0+)$/, "a ratio from 0 to 1")
    .transform(Number)
    .default(0.01),
  OTEL_BSP_SCHEDULE_DELAY: setting.integer({ least: 1, most: 999_999, unit: "ms" }).default(5_000),
});

/**
 * What OTEL_EXPORTER_OTLP_ENDPOINT asks for: its spans go there by OTLP over HTTP. OTEL_TRACES_SAMPLER_ARG says how many begin a trace (0.01).
 *
 * @throws StartError
 */
export async function startTracing(
  service: { name: string; instance: string; logger: Pick<Logger, "warn"> },
  environment: Environment = process.env,
): Promise<Tracing> {
  const read = readConfig(Schema, environment);
  const endpoint = read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? read.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || read.OTEL_SDK_DISABLED?.toLowerCase() === "true") return untraced;
  const [{ OTLPTraceExporter }, { AlwaysOnSampler, BatchSpanProcessor, TracerProvider }, { resourceFromAttributes }] =
    await Promise.all([
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/resources"),
    ]);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": `madang-${service.name}`, "service.instance.id": service.instance }),
    // What is followed is decided here, before anything is made for it.
    sampler: new AlwaysOnSampler(),
    // It reads the other variables of OTLP itself: headers, timeouts, certificates.
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: telling(new OTLPTraceExporter(), service.logger),
        scheduledDelayMillis: read.OTEL_BSP_SCHEDULE_DELAY,
      }),
    ],
  });
  const ratio = { parentbased_always_on: 1, parentbased_always_off: 0, parentbased_traceidratio: read.OTEL_TRACES_SAMPLER_ARG };
  return tracingWith(provider.getTracer("madang"), {
    ratio: ratio[read.OTEL_TRACES_SAMPLER],
    close: () => provider.shutdown(),
  });
}

/** Says once when spans are lost, and when they are not any more: nobody else would. */
function telling(exporter: SpanExporter, logger: Pick<Logger, "warn">): SpanExporter {
  let failing = false;
  const sent = exporter.export.bind(exporter);
  exporter.export = (spans, done) =>
    sent(spans, (result) => {
      const failed = result.code !== 0;
      if (failed && !failing) logger.warn({ error: result.error }, "traces are not taken");
      if (!failed && failing) logger.warn("traces are taken again");
      failing = failed;
      done(result);
    });
  return exporter;
}

/** @param random 0 … 1 */
export function tracingWith(
  tracer: Tracer,
  { ratio, close, random = Math.random }: { ratio: number; close: () => Promise<void>; random?: () => number },
): Tracing {
  const start = (name: string, kind: SpanKind, parent: SpanContext | undefined, links: Link[] = []) => {
    const context = parent === undefined ? ROOT_CONTEXT : traceApi.setSpanContext(ROOT_CONTEXT, parent);
    return new OpenSpan(tracer, tracer.startSpan(name, { kind, links, root: parent === undefined }, context));
  };
  return {
    on: true,
    begin: (name) => (random() < ratio ? start(name, SpanKind.SERVER, undefined) : undefined),
    follow: (name, traceparent) => {
      const parent = parentOf(traceparent);
      return parent && start(name, SpanKind.SERVER, parent);
    },
    followAll: (name, traceparents) => {
      const parents = traceparents
        .split(",", mostInBatch)
        .map(parentOf)
        .filter((parent) => parent !== undefined);
      if (parents.length === 0) return undefined;
      const spans = parents.map((parent) => {
        const others = parents.filter((other) => other !== parent).map((context) => ({ context }));
        return start(name, SpanKind.CONSUMER, parent, others);
      });
      return {
        set: (attribute, value) => {
          for (const span of spans) span.set(attribute, value);
        },
        end: (failure) => {
          for (const span of spans) span.end(failure);
        },
      };
    },
    close: () => within(closeWithinMs, close(), () => new Error("the receiver of traces does not answer")).catch(() => {}),
  };
}

class OpenSpan implements Trace {
  readonly traceId: string;
  readonly spanId: string;
  readonly #tracer: Tracer;
  readonly #span: Span;

  constructor(tracer: Tracer, span: Span) {
    this.#tracer = tracer;
    this.#span = span;
    const { traceId, spanId } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
  }

  get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-01`;
  }

  child(name: string): Trace {
    const context = traceApi.setSpan(ROOT_CONTEXT, this.#span);
    return new OpenSpan(this.#tracer, this.#tracer.startSpan(name, { kind: SpanKind.CLIENT }, context));
  }

  set(attribute: string, value: string | number | boolean): void {
    this.#span.setAttribute(attribute, value);
  }

  fail(why: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: why });
  }

  end(failure?: string): void {
    if (failure !== undefined) this.fail(failure);
    this.#span.end();
  }
}

const traceparentForm = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Of a trace that is followed. */
function parentOf(traceparent: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = traceparentForm.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const traceFlags = Number.parseInt(flags, 16);
  return (traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : { traceId, spanId, traceFlags, isRemote: true };
}
