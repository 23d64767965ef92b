/** How many comments a second one room takes: from publish to durable ack, as fast as 100 senders get their acks. */
import { setTimeout as sleep } from "node:timers/promises";
import { meter } from "../cpu.ts";
import { commentData, connectSenders, type Sender } from "../sender.ts";
import { Latencies } from "../statistics.ts";
import { faultsOf, type Suite } from "../suite.ts";

const room = "live:ingest";
const senderCount = 100;
const inFlight = 8;
const warmUpSeconds = 3;
const seconds = 10;

export const ingest: Suite = async ({ authority, pid }) => {
  const senders = await connectSenders(authority, senderCount);
  let phase: "warming" | "measuring" | "over" = "warming";
  let acknowledged = 0;
  let measured = 0;
  const latencies = new Latencies();

  const keepSending = async (sender: Sender, name: string) => {
    for (let n = 0; phase !== "over"; n++) {
      const at = performance.now();
      await sender.send({ channel: room, id: `${name}-${n}`, data: commentData(at) });
      acknowledged++;
      if (phase !== "measuring") continue;
      measured++;
      latencies.add(performance.now() - at);
    }
  };
  const all = Promise.all(
    senders.flatMap((sender) => Array.from({ length: inFlight }, (_, lane) => keepSending(sender, String(lane)))),
  );
  await Promise.race([all, sleep(warmUpSeconds * 1000)]);
  phase = "measuring";
  const stop = meter(pid);
  await Promise.race([all, sleep(seconds * 1000)]);
  phase = "over";
  const usage = stop();
  await all;

  const stored = (await senders[0]?.head(room)) ?? 0;
  const retries = senders.reduce((sum, sender) => sum + sender.retries, 0);
  for (const sender of senders) sender.close();
  const { serverCores, generatorCores, otherCores } = usage;
  const { p50, p99 } = latencies.summary();
  return [
    {
      case: "ingest",
      figures: {
        commentsPerS: measured / usage.seconds,
        ackP50Ms: p50,
        ackP99Ms: p99,
        retries,
        serverCores,
        generatorCores,
        otherCores,
      },
      faults: faultsOf({ generatorCores, acknowledged, stored }),
    },
  ];
};
