/** One comment to 2,000 viewers of one room, at three rates, through every stack: what a delivery costs, and how late it comes. */
import { measureRates } from "../rates.ts";
import type { Suite } from "../suite.ts";

const rates = [
  { perSecond: 1, seconds: 8 },
  { perSecond: 10, seconds: 4 },
  { perSecond: 50, seconds: 3 },
];

export const fanOut: Suite = {
  name: "fan-out",
  about: "one room, 2,000 viewers, 1, 10 and 50 comments a second",
  repeats: 5,
  ratio: { figure: "perCpuSecond", to: "ws-loop" },
  run: (options) => measureRates({ ...options, rates, viewers: options.viewers ?? 2_000 }),
};
