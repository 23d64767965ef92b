/** A thousand small rooms at once: what a delivery costs where nobody shares much. */
import { measureRates } from "../rates.ts";
import type { Suite } from "../suite.ts";

const rooms = 1_000;
const rates = [
  { perSecond: 10, seconds: 8 },
  { perSecond: 1_000, seconds: 5 },
];

export const fanOutRooms: Suite = {
  name: "fan-out-rooms",
  about: "1,000 rooms of 10 viewers, 10 and 1,000 comments a second in all",
  repeats: 2,
  ratio: { figure: "perCpuSecond", to: "ws-loop" },
  stacks: ["ws-loop", "madang-a-window-0", "madang-a", "madang-b-window-0", "madang-b"],
  run: (options) => measureRates({ ...options, rates, rooms, viewers: options.viewers ?? 10 * rooms }),
};
