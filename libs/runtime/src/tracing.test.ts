import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { describe, expect, test, vi } from "vitest";
import { createLogger } from "./logger.ts";
import { StartError } from "./start-error.ts";
import { currentTrace, inTrace } from "./trace.ts";
import { joinTraces, startTracing, tracingWith, untraced } from "./tracing.ts";

const lines: string[] = [];
const service = { name: "test", instance: "one", logger: createLogger("test", "warn", (line) => void lines.push(line)) };

function world({ ratio = 1, random = () => 0 }: { ratio?: number; random?: () => number } = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracing = tracingWith(provider.getTracer("test"), { ratio, random, close: () => provider.shutdown() });
  return { tracing, spans: () => exporter.getFinishedSpans() };
}

const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

describe("traces", () => {
  test("are not begun, followed or sent unless the environment names a receiver", async () => {
    expect(await startTracing(service, {})).toBe(untraced);
    expect(await startTracing(service, { OTEL_EXPORTER_OTLP_ENDPOINT: "" })).toBe(untraced);
    const off = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_SDK_DISABLED: "true" };
    expect(await startTracing(service, off)).toBe(untraced);
    expect([untraced.begin("x"), untraced.follow("x", parent), untraced.followAll("x", parent)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" }, "OTEL_EXPORTER_OTLP_ENDPOINT"],
    [{ OTEL_TRACES_SAMPLER_ARG: "2" }, "OTEL_TRACES_SAMPLER_ARG: a ratio from 0 to 1"],
    [{ OTEL_TRACES_SAMPLER: "jaeger_remote" }, "OTEL_TRACES_SAMPLER: one of"],
  ])("with settings that are wrong do not start: %j", async (environment, why) => {
    const started = startTracing(service, environment);
    await expect(started).rejects.toThrow(StartError);
    await expect(started).rejects.toThrow(why);
  });

  test("that nobody takes are told of once, and keep nobody from closing", async () => {
    const refusing = createServer((_, response) => void response.writeHead(400).end());
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    const { port } = refusing.address() as AddressInfo;
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`);
    const tracing = await startTracing(service, { ...process.env, OTEL_BSP_SCHEDULE_DELAY: "10" });
    for (let n = 1; n <= 3; n++) {
      const taken = new Promise((resolve) => refusing.once("request", resolve));
      tracing.follow("x", parent)?.end();
      await taken;
    }
    await tracing.close();
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["traces are not taken"]);
    refusing.close();
    vi.unstubAllEnvs();
  });

  test("begin for as many as the ratio says", () => {
    let rolled = 0;
    const { tracing } = world({ ratio: 0.25, random: () => (rolled++ % 100) / 100 });
    const begun = Array.from({ length: 100 }, () => tracing.begin("x")).filter((trace) => trace !== undefined);
    expect(begun).toHaveLength(25);
  });

  test("go on in another process, and only those that are followed", () => {
    const { tracing, spans } = world({ ratio: 0 });
    tracing.follow("there", parent)?.end();
    expect(spans()).toMatchObject([{ name: "there", parentSpanContext: { traceId: "a".repeat(32), spanId: "b".repeat(16) } }]);
    for (const name of [parent.replace(/01$/, "00"), "", "00-x", parent.replace(/a{32}/, "0".repeat(32)), `${parent}\r\nx: y`])
      expect(tracing.follow("x", name), name).toBeUndefined();
  });

  test("of a batch each get a span, linked to the others; beyond eight none is followed on", () => {
    const { tracing, spans } = world();
    const traces = Array.from({ length: 10 }, () => tracing.begin("command"));
    const batch = tracing.followAll("batch", joinTraces(traces.map((trace) => trace?.traceparent ?? "")));
    batch?.end();
    const made = spans();
    expect(made.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      traces.slice(0, 8).map((trace) => trace?.spanId),
    );
    expect(made.map(({ links }) => links.length)).toEqual(Array.from({ length: 8 }, () => 7));
    expect(tracing.followAll("batch", "")).toBeUndefined();
  });

  test("belong to the work that is done within them, and to what follows on from it", async () => {
    const { tracing } = world();
    const trace = tracing.begin("x");
    const seen = await inTrace(trace, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return currentTrace();
    });
    expect(seen).toBe(trace);
    expect(currentTrace()).toBeUndefined();
  });
});
