/** Loaded before a service that is measured: says on demand how late its event loop was. Nothing ticks until it is asked to begin. */
import { monitorEventLoopDelay } from "node:perf_hooks";

export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Of the timer that looks; each figure is how much later than that it came. */
const resolution = 5;
const histogram = monitorEventLoopDelay({ resolution });
const late = (ns: number) => Math.max(0, ns / 1e6 - resolution);

process.on("message", (what) => {
  if (what === "begin") {
    histogram.reset();
    histogram.enable();
    return;
  }
  histogram.disable();
  const delay: LoopDelay = {
    p50Ms: late(histogram.percentile(50)),
    p99Ms: late(histogram.percentile(99)),
    maxMs: late(histogram.max),
  };
  process.send?.(delay);
});
// Nobody waits for questions when the service has ended.
process.channel?.unref();
