// One comment, followed through every service, as a receiver of OpenTelemetry's protocol gets to see it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually, testDatabase, testNats } from "@madang/devkit";
import { expect, test } from "vitest";
import { startAllInOne, startService, temporaryFolder } from "./support/processes.ts";
import { sendUntilAnswered, viewer } from "./support/viewer.ts";

interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  links: string[];
  attributes: Record<string, unknown>;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: {
        name: string;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        links?: { traceId: string }[];
        attributes?: Attribute[];
      }[];
    }[];
  }[];
}

const read = (attributes: Attribute[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

async function receiver() {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    bodies.push(text);
    for (const { resource, scopeSpans } of (JSON.parse(text) as Export).resourceSpans)
      for (const { name, traceId, spanId, parentSpanId = "", links = [], attributes } of scopeSpans.flatMap(({ spans }) => spans))
        spans.push({
          service: String(read(resource.attributes)["service.name"]),
          ...{ name, traceId, spanId, parentSpanId, links: links.map((link) => link.traceId) },
          attributes: read(attributes),
        });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    bodies,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
}

/** A process that tells what it loads of OpenTelemetry. */
const telling = `--import data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ resolve(name, context, next) {
    if (/^@opentelemetry\\/(?!api$)/.test(name)) process.stderr.write("loads " + name + "\\n");
    return next(name, context);
  }});`)}`;

test("nothing of OpenTelemetry is loaded beside its types where nobody asks for traces or figures", async () => {
  using folder = temporaryFolder();
  const loads = async (environment: Record<string, string>) => {
    await using site = await startAllInOne(folder.path, { NODE_OPTIONS: telling, ...environment });
    await site.stop();
    return new Set([...site.output().matchAll(/^loads (@opentelemetry\/[\w-]+)/gm)].map(([, name]) => name));
  };
  expect(await loads({})).toEqual(new Set());
  // So that it would have been seen.
  expect(await loads({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" })).toContain("@opentelemetry/sdk-trace");
});

/** From the socket to the store. */
const road = [
  "madang-gateway: rpc send",
  "madang-room: room",
  "madang-room: commit",
  "madang-gateway: fan out",
  "madang-persistence: store",
];

test("a comment that is followed has spans of gateway, room, commit, fan-out and store under one trace id", async () => {
  await using collector = await receiver();
  await using nats = await testNats();
  await using database = await testDatabase();
  const settings = {
    NATS_URL: nats.url,
    DATABASE_URL: database.url,
    MADANG_LOG_MAX_BYTES: String(64 * 1024 * 1024),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER_ARG: "1",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  };
  await using _persistence = await startService("persistence", settings);
  await using _room = await startService("room", settings);
  await using gateway = await startService("gateway", settings);
  using kim = await viewer(gateway.socketUrl, "live:traced", { user: "kim" });
  const send = (id: string) => sendUntilAnswered(kim.client, { channel: "live:traced", id, data: { text: "what-kim-said" } });
  await send("first");
  const placed = await Promise.all(["a", "b", "c", "d", "e"].map(send));
  await eventually(() => expect(kim.seen).toHaveLength(6));

  const traceOf = (offset: number) => {
    const room = collector.spans.find(
      ({ name, attributes }) => name === "room" && Number(attributes["madang.offset"]) === offset,
    );
    return collector.spans.filter(({ traceId }) => traceId === room?.traceId);
  };
  const called = ({ service, name }: Span) => `${service}: ${name}`;
  // Of each alone, and of five that came at once and travel in one batch or two.
  for (const { offset } of [{ offset: 1 }, ...placed]) {
    await eventually(() => expect(traceOf(offset).map(called).sort()).toEqual([...road].sort()), { withinMs: 15_000 });
    const trace = traceOf(offset);
    const span = (name: string) => trace.find((one) => called(one) === name) as Span;
    const parents = road
      .map((name) => trace.find(({ spanId }) => spanId === span(name).parentSpanId))
      .map((one) => one && called(one));
    expect(parents).toEqual([undefined, road[0], road[1], road[2], road[2]]);
  }
  const ofAll = placed.map(({ offset }) => traceOf(offset)[0]?.traceId);
  const [last] = placed.map(({ offset }) => traceOf(offset)).slice(-1);
  const fanOut = last?.find(({ name }) => name === "fan out");
  // Who travels in one batch is linked.
  for (const other of fanOut?.links ?? []) expect(ofAll).toContain(other);
  expect(collector.spans.filter(({ name }) => name === "fan out").some(({ links }) => links.length > 0)).toBe(true);
  // What was said is nobody's business.
  expect(collector.bodies.join("")).not.toContain("what-kim-said");
});
