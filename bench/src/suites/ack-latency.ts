/** How long a sender waits for the durable ack while 500 comments a second come into one room. */
import { meter } from "../cpu.ts";
import { openLoop } from "../open-loop.ts";
import { commentData, connectSenders } from "../sender.ts";
import { Latencies } from "../statistics.ts";
import { faultsOf, type Suite } from "../suite.ts";

const room = "live:latency";
const senderCount = 100;
const perSecond = 500;
const warmUpSeconds = 3;
const seconds = 15;

export const ackLatency: Suite = async ({ authority, pid }) => {
  const senders = await connectSenders(authority, senderCount);
  let acknowledged = 0;
  const run = async (name: string, forSeconds: number) => {
    const acks = new Latencies();
    const late = new Latencies();
    const stop = meter(pid);
    await openLoop({
      perSecond,
      seconds: forSeconds,
      fire: async (index, at) => {
        late.add(performance.now() - at);
        await senders[index % senderCount]?.send({ channel: room, id: `${name}-${index}`, data: commentData(at) });
        acknowledged++;
        acks.add(performance.now() - at);
      },
    });
    return { ack: acks.summary(), late: late.summary(), usage: stop() };
  };
  await run("warm-up", warmUpSeconds);
  const { ack, late, usage } = await run("measured", seconds);

  const stored = (await senders[0]?.head(room)) ?? 0;
  for (const sender of senders) sender.close();
  const { serverCores, generatorCores, otherCores } = usage;
  return [
    {
      case: `ack at ${perSecond}/s`,
      figures: {
        ackP50Ms: ack.p50,
        ackP99Ms: ack.p99,
        // Part of the above: a timer of the generator fires up to 1 ms late, more when the machine is busy.
        sentLateP50Ms: late.p50,
        sentLateP99Ms: late.p99,
        serverCores,
        generatorCores,
        otherCores,
      },
      faults: faultsOf({ generatorCores, acknowledged, stored }),
    },
  ];
};
