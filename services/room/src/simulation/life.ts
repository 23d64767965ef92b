/** One life from a seed: comments, trouble, healing, and what is asked of it in the end. */
import { limits, type RoomId, UserId } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { flawsOf } from "./checker.ts";
import { type FaultName, faults, unleash } from "./nemesis.ts";
import type { Matter, Message } from "./sender.ts";
import { World } from "./world.ts";

export interface LifeOptions {
  /** For the negative controls: what to break before the life begins. Answers how to mend it. */
  sabotage?: (world: World) => () => void;
  /** All that can go wrong, unless it is about some of it. */
  only?: readonly FaultName[];
  traced?: boolean;
  /** Half of what is said are gifts, and long after all that they are told of again. */
  gifts?: boolean;
}

export interface Life {
  readonly seed: number;
  readonly flaws: readonly string[];
  readonly trace: readonly string[];
  /** The same for the same seed, always. */
  readonly fingerprint: string;
  readonly messages: number;
  readonly turns: number;
}

/** From when everything is whole until a room takes comments again: a lease runs out, a claim waits for one in doubt, and once more. */
const availableWithinMs = 30_000;

/** What a restored backup loses is lost, so that it has lives of its own. */
const losing: readonly FaultName[] = ["rollBack", "rollBackUnstored", "restore"];

// A blow to one of the owners is half of what happens.
const everything = (Object.keys(faults) as FaultName[])
  .filter((name) => !losing.includes(name))
  .flatMap((name) => (name === "blow" ? Array<FaultName>(8).fill(name) : [name]));

export async function live(
  seed: number,
  { sabotage, only = everything, traced = false, gifts = false }: LifeOptions = {},
): Promise<Life> {
  const world = new World(seed, { traced });
  const restore = world.time.install();
  const mend = sabotage?.(world);
  try {
    const flaws = await liveIn(world, { only, gifts });
    const last = world.log.history.at(-1)?.record;
    const fingerprint = `${world.time.elapsed} ${world.log.history.length} ${last?.sequence} ${last?.generation}`;
    return {
      seed,
      flaws,
      trace: world.trace ?? [],
      fingerprint,
      messages: world.sender.messages.length,
      turns: world.time.turns,
    };
  } finally {
    mend?.();
    restore();
  }
}

async function liveIn(world: World, { only, gifts }: Required<Pick<LifeOptions, "only" | "gifts">>): Promise<string[]> {
  const { random, time } = world;
  const lengthMs = 10_000 + random.int(50_000);
  world.begin();
  const heal = unleash(world, {
    only,
    faultCount: 2 + random.int(20),
    cruelty: random.pick([0, 0, 0.05, 0.2]),
    untilMs: lengthMs,
  });
  const count = 20 + random.int(40);
  // Half of them in bursts, so that batches form and several are in trouble at once.
  const bursts = Array.from({ length: 4 }, () => random.next() * lengthMs);
  const moment = () => (random.chance(0.5) ? random.next() * lengthMs : random.pick(bursts) + random.next() * 300);
  for (let i = 0; i < count; i++) time.after(moment(), () => void say(world, random.pick(world.rooms), gifts), world.gateway);
  await time.until(() => false, lengthMs);
  world.note("", () => "everything is whole again");
  heal();
  const late = await afterwards(world, { gifts });
  return [...late, ...flawsOf(world)];
}

/** Mostly a comment; now and then hearts, or something that a moderator does. */
function say(world: World, room: RoomId, gifts: boolean): Promise<void> {
  const isGift = gifts && world.random.chance(0.5);
  return insist(world, world.sender.newMessage(room, isGift ? { kind: "gift" } : matter(world, room)));
}

function matter({ random, sender }: World, room: RoomId): Matter {
  if (random.chance(0.2)) return { kind: "hearts", count: 1 + random.int(9) };
  if (random.chance(0.7)) return { kind: "comment" };
  // Nobody else who speaks here, so that comments are never refused for it.
  const user = UserId.parse(`muted${random.int(3)}`);
  const places = sender.messages.flatMap((message) =>
    message.room === room && message.matter.kind === "comment" ? message.acknowledged.map(({ offset }) => offset) : [],
  );
  if (places.length > 0 && random.chance(0.4)) return { kind: "act", action: { type: "delete", offset: random.pick(places) } };
  return { kind: "act", action: { type: random.pick(["mute", "mute", "unmute"]), user } };
}

/** A client: it sends again what it has no answer to, sometimes at once and sometimes not at all. */
async function insist(world: World, message: Message): Promise<void> {
  const { random, sender, gateway, time } = world;
  if (random.chance(0.1)) time.after(random.next() * 3_000, () => void sender.send(message), gateway);
  for (let tries = 0; tries < 4; tries++) {
    if ((await sender.send(message)) || random.chance(0.3)) return;
    await new Promise((resolve) => setTimeout(resolve, random.next() * 2_000));
  }
}

/** Every room is there again, and still knows every message that it ever took. */
async function afterwards(world: World, { gifts }: { gifts: boolean }): Promise<string[]> {
  const { time, sender, gateway } = world;
  const late: string[] = [];
  const settle = async (messages: readonly Message[]) => {
    let left = messages.length;
    for (const message of messages) {
      const insist = async () => {
        // An act may be declined by now, if what it came after is lost.
        while (!(await sender.send(message)) && !message.forgotten) await pause(limits.roomRetryLongestMs);
        left--;
      };
      world.run(gateway, insist);
    }
    if (!(await time.until(() => left === 0, time.elapsed + availableWithinMs)))
      late.push(`${left} of ${messages.length} found no room`);
  };
  await settle(world.rooms.map((room) => sender.newMessage(room)));
  await settle(sender.messages.filter(({ matter, acknowledged }) => matter.kind !== "act" || acknowledged.length > 0));
  if (gifts) {
    // No id is known by the window any more.
    await time.until(() => false, time.elapsed + 2 * limits.dedupeWindowMs);
    await settle(sender.messages.filter(({ matter }) => matter.kind === "gift"));
  }
  // The totals of each room, as its last owner knows them.
  await settle(world.rooms.map((room) => sender.newMessage(room, { kind: "hearts", count: 1 })));
  return late;
}
