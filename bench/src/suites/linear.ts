/** Whether a delivery costs the same in a large crowd as in a small one, at a rate that none of them is overloaded by. */
import { measureRates } from "../rates.ts";
import type { Measurement, Suite } from "../suite.ts";

const crowds = [1_000, 3_000, 10_000];
const rate = { perSecond: 2, seconds: 6 };

export const linear: Suite = {
  name: "linear",
  about: "CPU per delivery with 1,000, 3,000 and 10,000 viewers of one room, at 2 comments a second",
  repeats: 3,
  stacks: ["madang-a-window-0", "madang-a"],
  run: async (options) => {
    const found: Measurement[] = [];
    for (const viewers of crowds)
      found.push(
        ...(await measureRates({ ...options, viewers, rates: [{ ...rate, name: `${viewers.toLocaleString("en")} viewers` }] })),
      );
    return found.map((measurement) => {
      const cost = 1 / (measurement.figures.perCpuSecond ?? Number.NaN);
      const least = 1 / (found.find(({ stack }) => stack === measurement.stack)?.figures.perCpuSecond ?? Number.NaN);
      const figures = { costToSmallest: cost / least, cpuUsPerDelivery: cost * 1e6, ...measurement.figures };
      return { ...measurement, figures };
    });
  },
};
