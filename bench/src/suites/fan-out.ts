/** What 1,000 viewers of one room get, and how late, at 10 and 50 comments a second and at the most that stays below a second. */
import { setTimeout as sleep } from "node:timers/promises";
import { meter } from "../cpu.ts";
import { openLoop } from "../open-loop.ts";
import { commentData, connectSenders, type Sender } from "../sender.ts";
import { Latencies } from "../statistics.ts";
import { faultsOf, type Measurement, mostGeneratorCores, type Suite, type Target } from "../suite.ts";
import { Viewers } from "../viewers.ts";

const room = "live:fan-out";
const viewerCount = 1_000;
const senderCount = 20;
const fixedRates = [10, 50];
const fixedSeconds = 10;
/** Climbed until one is too much. */
const rates = [100, 200, 400, 800, 1_200, 1_600, 2_000, 2_500, 3_000, 4_000];
const rungSeconds = 5;
const latestP99Ms = 1_000;
/** Without any delivery for this long, what is missing will not come. */
const quietMs = 3_000;

export const fanOut: Suite = async (target) => {
  const senders = await connectSenders(target.authority, senderCount);
  const viewers = await Viewers.join({ authority: target.authority, room, count: viewerCount });
  const crowd = new Crowd({ target, senders, viewers });
  await crowd.watch({ perSecond: 20, seconds: 4 });

  const found: Measurement[] = [];
  for (const perSecond of fixedRates) {
    const figures = await crowd.watch({ perSecond, seconds: fixedSeconds });
    const faults = faultsOf({ ...figures, ...(await crowd.counts()) });
    if (figures.missing > 0) faults.push(`${figures.missing} deliveries are missing`);
    found.push({ case: `fan-out at ${perSecond}/s`, figures, faults });
  }
  found.push(await most(crowd));
  viewers.close();
  for (const sender of senders) sender.close();
  return found;
};

async function most(crowd: Crowd): Promise<Measurement> {
  let best: Figures | undefined;
  let why = "the last rung held";
  for (const perSecond of rates) {
    const figures = await crowd.watch({ perSecond, seconds: rungSeconds });
    const tooMuch = whyTooMuch(figures);
    if (tooMuch !== undefined) {
      why = `${perSecond}/s was too much: ${tooMuch}`;
      break;
    }
    best = figures;
  }
  const { acknowledged, stored } = await crowd.counts();
  const faults = faultsOf({ generatorCores: 0, acknowledged, stored });
  return { case: "fan-out, the most", figures: { ...best }, faults, notes: [why] };
}

function whyTooMuch({ missing, deliveryP99Ms, generatorCores, serverCores }: Figures): string | undefined {
  const server = `server ${serverCores.toFixed(2)} cores`;
  // A search that ends at the generator's limit says how much the machine could show, not how much the server can do.
  if (generatorCores > mostGeneratorCores) return `the generator used ${generatorCores.toFixed(2)} of a core (${server})`;
  if (missing > 0) return `${missing} deliveries are missing`;
  return deliveryP99Ms < latestP99Ms ? undefined : `p99 ${Math.round(deliveryP99Ms)} ms (${server})`;
}

type Figures = Awaited<ReturnType<Crowd["watch"]>>;

class Crowd {
  readonly #target: Target;
  readonly #senders: readonly Sender[];
  readonly #viewers: Viewers;
  #acknowledged = 0;

  constructor(parts: { target: Target; senders: readonly Sender[]; viewers: Viewers }) {
    this.#target = parts.target;
    this.#senders = parts.senders;
    this.#viewers = parts.viewers;
  }

  async watch({ perSecond, seconds }: { perSecond: number; seconds: number }) {
    const viewers = this.#viewers;
    viewers.latencies = new Latencies();
    const [before, started, stop] = [viewers.deliveries, performance.now(), meter(this.#target.pid)];
    const expected = perSecond * seconds * viewerCount;
    await openLoop({
      perSecond,
      seconds,
      fire: async (_, at) => {
        const sender = this.#senders[this.#acknowledged % senderCount];
        await sender?.send({ channel: room, id: crypto.randomUUID(), data: commentData(at) });
        this.#acknowledged++;
      },
    });
    while (viewers.deliveries - before < expected && performance.now() - viewers.lastDeliveryAt < quietMs) await sleep(5);
    const { serverCores, generatorCores, otherCores, seconds: took } = stop();
    const deliveries = viewers.deliveries - before;
    const { p50, p99 } = viewers.latencies.summary();
    return {
      commentsPerS: perSecond,
      deliveriesPerS: deliveries / ((viewers.lastDeliveryAt - started) / 1000),
      deliveryP50Ms: p50,
      deliveryP99Ms: p99,
      samples: viewers.latencies.count,
      missing: expected - deliveries,
      deliveriesPerServerCpuS: deliveries / (serverCores * took),
      serverCores,
      generatorCores,
      otherCores,
    };
  }

  async counts(): Promise<{ acknowledged: number; stored: number }> {
    return { acknowledged: this.#acknowledged, stored: (await this.#senders[0]?.head(room)) ?? 0 };
  }
}
