// Comments faster than anybody reads, and what a page has to do for them.
import type { Page } from "playwright-core";
import { connected } from "../support/viewer.ts";
import type { Broadcast } from "./broadcast.ts";

export interface Flooded {
  /** Of the main thread's own time: what other processes take of a busy machine is not in it. */
  readonly longestTaskMs: number;
  /** Comments in the document, at most. */
  readonly rows: number;
  /** By how much the page's heap has grown from half of it to its end, each after a collection. */
  readonly grownBytes: number;
}

/** Every second `perS` comments, evenly, while `page` reads at the end; resolves when it shows the last one. */
export async function flood(about: { page: Page; live: Broadcast; seconds: number; perS: number }): Promise<Flooded> {
  const { page, live, seconds, perS } = about;
  const browser = page.context().browser();
  if (browser === null) throw new Error("The page has no browser.");
  const devtools = await page.context().newCDPSession(page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize;
  };
  const clients = await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      connected(live.site.socketUrl, { user: `flood-${at}`, claims: { info: { name: `시청자 ${at}` } } }),
    ),
  );
  let half = 0;
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  let rows = 0;
  const total = seconds * perS;
  const start = performance.now();
  const sends: Promise<unknown>[] = [];
  for (let at = 0; at < total; at++) {
    const waitMs = start + (at * 1_000) / perS - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const text = `${at} ${"ㅋ".repeat(at % 40)} 오늘 방송 정말 재미있어요`;
    const message = { channel: live.room, id: `flood-${at}-${crypto.randomUUID()}`, data: { text } };
    const client = clients[at % clients.length];
    if (client !== undefined) sends.push(client.rpc("send", message));
    if (at === total / 2) half = await heap();
    if (at % perS === 0) rows = Math.max(rows, await page.locator(".chat-row").count());
  }
  await Promise.all(sends);
  await page
    .locator(".chat-row", { hasText: `${total - 1} ` })
    .first()
    .waitFor();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  for (const client of clients) client.disconnect();
  return { longestTaskMs: longestTaskMs(trace.traceEvents), rows, grownBytes: (await heap()) - half };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of the thread's own clock, µs. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

function longestTaskMs(events: readonly TraceEvent[]): number {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ tdur, pid, tid }) => tdur !== undefined && mains.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error("The trace has no task of a page.");
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000;
}
