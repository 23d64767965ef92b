/** What a connection costs that only waits: memory and CPU of the gateway, with 10,000 of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { residentKiB } from "../cpu.ts";
import { startSiteRun } from "../site-run.ts";
import { generatorFault, type Suite } from "../suite.ts";

const connections = 10_000;

export const idle: Suite = {
  name: "idle",
  about: "memory and CPU of one gateway with 10,000 connections that watch a room in which nobody talks",
  repeats: 2,
  run: async ({ quick, viewers = connections, profileDirectory }) => {
    await using run = await startSiteRun({ store: false, profileDirectory });
    const [gateway] = run.site.gateways;
    if (gateway === undefined) throw new Error("there is no gateway");
    await sleep(2_000);
    const stopBefore = run.meter();
    await sleep(quick ? 1_000 : 5_000);
    const before = { kiB: residentKiB(gateway.pid), cores: stopBefore().byProcess.gateway ?? 0 };

    const began = performance.now();
    await run.generator.tell("join", { protocol: "centrifuge", authority: gateway.authority, count: viewers, rooms: 1 });
    const joinedS = (performance.now() - began) / 1000;
    // Garbage of the joining goes within some seconds.
    await sleep(quick ? 2_000 : 10_000);
    await run.generator.tell("begin", undefined);
    const stop = run.meter();
    await sleep(quick ? 3_000 : 30_000);
    const usage = stop();
    const seen = await run.generator.tell("settle", 0);
    const kiB = residentKiB(gateway.pid);
    const cores = usage.byProcess.gateway ?? 0;
    return [
      {
        case: `${viewers.toLocaleString("en")} connections`,
        layer: "B",
        figures: {
          kiBPerConnection: (kiB - before.kiB) / viewers,
          cpuUsPerSAndConnection: ((cores - before.cores) * 1e6) / viewers,
          gatewayMiBBefore: before.kiB / 1024,
          gatewayMiB: kiB / 1024,
          gatewayCores: cores,
          gatewayCoresBefore: before.cores,
          joinedS,
          generatorCores: usage.generatorCores,
          otherCores: usage.otherCores,
        },
        faults: [
          ...generatorFault(usage.generatorCores),
          ...(seen.lost > 0 ? [`the gateway ended ${seen.lost} connections`] : []),
        ],
      },
    ];
  },
};
