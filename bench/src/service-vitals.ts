/** Loaded before a service that is measured: says on demand how late its event loop was, and how much memory is alive in it. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** `begin` and `end` are around what the delay is of; nothing ticks before. */
export type Question = "begin" | "end" | "alive";

/** Of the timer that looks; each figure is how much later than that it came. */
const resolution = 5;
const histogram = monitorEventLoopDelay({ resolution });
const late = (ns: number) => Math.max(0, ns / 1e6 - resolution);

process.on("message", (question: Question) => {
  switch (question) {
    case "begin":
      histogram.reset();
      histogram.enable();
      return;
    case "end":
      histogram.disable();
      process.send?.(loopDelay());
      return;
    case "alive":
      process.send?.(aliveMb());
      return;
    default:
      question satisfies never;
  }
});
// Nobody waits for questions when the service has ended.
process.channel?.unref();

function loopDelay(): LoopDelay {
  return { p50Ms: late(histogram.percentile(50)), p99Ms: late(histogram.percentile(99)), maxMs: late(histogram.max) };
}

/** What is left in the heap and in buffers after a collection of everything, MB. */
function aliveMb(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  // What the first one found to be dead outside the heap is let go of by the second.
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
