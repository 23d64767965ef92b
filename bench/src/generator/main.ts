/** The load, in a process of its own, which does what `main.ts` tells it. It ends with whoever started it. */
import { barePublish } from "./bare-publish.ts";
import { Crowd } from "./crowd.ts";
import { HeartSenders } from "./heart-senders.ts";
import { Order } from "./order.ts";
import { Raiders } from "./raiders.ts";
import { Returning } from "./returning.ts";
import { Senders } from "./senders.ts";
import { Speakers } from "./speakers.ts";

const order = new Order();
const crowd = new Crowd(order);
const speakers = new Speakers(order);
const heartSenders = new HeartSenders();
const senders = new Senders();
const returning = new Returning();
const raiders = new Raiders();

const commands = {
  join: crowd.join.bind(crowd),
  begin: async () => crowd.begin(),
  settle: crowd.settle.bind(crowd),
  connect: senders.connect.bind(senders),
  follow: senders.follow.bind(senders),
  flood: senders.flood.bind(senders),
  touch: senders.touch.bind(senders),
  joinReturning: returning.join.bind(returning),
  back: returning.back.bind(returning),
  faults: returning.faults.bind(returning),
  connectSpeakers: speakers.connect.bind(speakers),
  speak: speakers.speak.bind(speakers),
  heard: speakers.heard.bind(speakers),
  order: async () => ({ gaps: order.gaps, conflicts: order.conflicts, digest: order.digest() }),
  connectHearts: heartSenders.connect.bind(heartSenders),
  beat: heartSenders.beat.bind(heartSenders),
  raid: raiders.raid.bind(raiders),
  remaining: raiders.remaining.bind(raiders),
  leave: raiders.leave.bind(raiders),
  barePublish,
};
export type Commands = typeof commands;

process.once("disconnect", () => process.exit(1));
process.on("message", async ({ id, command, argument }: { id: number; command: keyof Commands; argument: never }) => {
  try {
    process.send?.({ id, result: await commands[command](argument) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
