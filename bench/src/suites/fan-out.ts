/** One comment to 2,000 viewers of one room, at three rates, through every stack: what a delivery costs, and how late it comes. */
import { measureRates } from "../rates.ts";
import type { Suite } from "../suite.ts";

/** At 1/s it takes a while until a collection of what 2,000 who came left behind weighs no more than it does in a day. */
const rates = [
  { perSecond: 1, seconds: 20 },
  { perSecond: 10, seconds: 5 },
  { perSecond: 50, seconds: 4 },
];

export const fanOut: Suite = {
  name: "fan-out",
  about: "one room, 2,000 viewers, 1, 10 and 50 comments a second",
  repeats: 5,
  ratio: { figure: "perCpuSecond", to: "ws-loop" },
  run: (options) => measureRates({ ...options, rates, viewers: options.viewers ?? 2_000 }),
};
