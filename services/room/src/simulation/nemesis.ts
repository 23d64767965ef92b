/** What goes wrong, when, and for how long. */
import { decodeBatch, decodeJson, eventsOf, limits, RoomEntry, type RoomId, roomKey } from "@madang/contracts";
import { heartsIn } from "./hearts.ts";
import type { Minority } from "./network.ts";
import type { Owner } from "./owner.ts";
import type { World } from "./world.ts";

/** `atLeastMs`: nothing would come of a shorter one. */
type Heal = (() => void) & { readonly atLeastMs?: number };
/** Begins a fault and answers how it ends. Undefined: there was nothing to break. */
type Fault = (world: World) => Heal | undefined;

const isStanding = ({ process }: Owner) => process.silentSince === undefined && !process.dead;

/** A fault of one process, which is whole until then. */
type Blow = (world: World, owner: Owner) => Heal | undefined;

const onSomeOwner =
  (blow: Blow): Fault =>
  (world) => {
    const [owner] = world.random.shuffle(world.owners.filter(isStanding));
    return owner && blow(world, owner);
  };

const weather: Fault = (world) => {
  const { network, random } = world;
  network.weather = { lost: random.chance(0.7) ? random.next() * 0.3 : 0, late: random.chance(0.7) ? random.next() * 0.3 : 0 };
  world.note("weather", () => JSON.stringify(network.weather));
  return () => {
    network.weather = { lost: 0, late: 0 };
  };
};

const logAway: Fault = (world) => {
  world.log.away = true;
  world.note("log", () => "away");
  return () => {
    world.note("log", () => "back");
    world.log.elect();
  };
};

const logFull: Fault = (world) => {
  world.log.full = true;
  world.note("log", () => "full");
  return () => {
    world.log.full = false;
  };
};

/** Until the janitor may purge what nobody could claim meanwhile. */
const logFullForLong: Fault = (world) =>
  Object.assign(logFull(world) ?? (() => {}), { atLeastMs: 15_000 + world.random.int(5_000) });

const bucketAway: Fault = (world) => {
  const name = world.random.pick(["rooms", "snapshots", "dedupe", "cards"] as const);
  world.buckets[name].away = true;
  world.note(name, () => "away");
  return () => {
    world.buckets[name].away = false;
  };
};

const storeAway: Fault = (world) => {
  world.store.away = true;
  world.note("store", () => "away");
  return () => {
    world.store.away = false;
  };
};

/**
 * What the janitor may do in its need: purge records that the store has and that are older than its floor of 15 s. Their room's owner may
 * have died before it wrote down where the room stood, and the store may be silent when the next one asks.
 */
const purge: Fault = (world) => {
  const { random, log, store, time } = world;
  const room = random.pick(world.rooms);
  const position = store.position(room);
  const old = new Set(log.history.filter(({ at }) => at < time.elapsed - 15_000).map(({ record }) => record));
  const able = log.records(room).filter((record) => record.sequence <= (position?.sequence ?? 0) && old.has(record));
  const last = random.chance(0.7) ? able.at(-1) : able[random.int(able.length)];
  if (position === undefined || last === undefined) return undefined;
  forget(world, room, last.sequence);
  return () => {};
};

const nothingSaved = { head: 0, sequence: 0 };

function forget(world: World, room: RoomId, upTo: number): void {
  const { buckets, log, forgotten, forgottenHearts } = world;
  const snapshot = buckets.snapshots.peek(roomKey(room));
  const { head: saved, sequence: savedTo } = snapshot === undefined ? nothingSaved : JSON.parse(Buffer.from(snapshot).toString());
  for (const { sequence, body } of log.records(room)) {
    if (sequence > upTo) continue;
    const batch = decodeBatch(body);
    for (const { offset } of eventsOf(batch)) if (offset > saved) forgotten.add(`${room} ${offset}`);
    for (const [user, id] of heartsIn(batch)) if (sequence > savedTo) forgottenHearts.add(`${room} ${user} ${id}`);
  }
  world.note("log", () => `${room} purged up to ${upTo}, its snapshot is at offset ${saved}`);
  log.forget(room, upTo);
}

const kill: Blow = (world, { process }) => {
  world.note(process.name, () => "killed");
  process.dead = true;
  process.silentSince = world.time.elapsed;
  return () => world.startOwner(process.name);
};

const hang: Blow = (world, { process }) => {
  world.note(process.name, () => "hangs");
  world.time.hang(process);
  process.silentSince = world.time.elapsed;
  return () => {
    world.note(process.name, () => "goes on");
    process.silentSince = undefined;
    world.time.goOn(process);
  };
};

const cutOff: Blow = (world, { process }) => {
  world.note(process.name, () => "cut off");
  process.cut = true;
  process.silentSince = world.time.elapsed;
  return () => {
    world.note(process.name, () => "connected again");
    process.cut = false;
    process.connection++;
    process.silentSince = undefined;
  };
};

/** It reconnects to a former leader, which was cut off from its cluster a while ago and does not know it yet. */
const minority: Blow = (world, { process }) => {
  const { time, log, random } = world;
  if (log.replication === "R1") return undefined;
  const view = random.chance(0.5) ? world.formerly : viewOf(world);
  world.note(process.name, () => "in the minority");
  process.minority = view;
  process.connection++;
  process.silentSince = time.elapsed;
  return () => {
    world.note(process.name, () => "in the majority again");
    process.minority = undefined;
    process.connection++;
    process.silentSince = undefined;
  };
};

function viewOf({ log, buckets }: World): Minority {
  return { records: log.view(), values: new Map(Object.values(buckets).map((bucket) => [bucket, bucket.view()])) };
}

const jump: Blow = (world, { process }) => {
  world.note(process.name, () => "clock jumps");
  process.clockOffsetMs = Math.floor((world.random.next() - 0.5) * 120_000);
  return () => {};
};

const roll: Blow = (world, owner) => {
  world.note(owner.process.name, () => "told to leave");
  world.run(owner.process, async () => {
    await owner.drain();
    owner.process.dead = true;
    world.startOwner(owner.process.name);
  });
  return () => {};
};

/**
 * The log's leader takes what comes and cannot replicate it: the next one stores what was on its way, or nobody does. Its writer is told to
 * leave meanwhile, and is in doubt when it goes.
 */
const leaveInDoubt: Fault = (world) => {
  const { log, random, owners, time } = world;
  log.stuck = true;
  world.note("log", () => "stuck");
  log.handleTaken = (writer) => {
    const owner = owners.find(({ process }) => process === writer);
    // Later, since one that leaves waits no longer than the doubt may last.
    const tell = () => owner !== undefined && isStanding(owner) && roll(world, owner);
    time.after(random.next() * limits.drainMs, tell, undefined);
  };
  const heal = () => {
    world.note("log", () => "has another leader");
    log.handleTaken = () => {};
    log.elect();
  };
  return Object.assign(heal, { atLeastMs: limits.commitDeadlineMs + random.int(5_000) });
};

/** Two that disagree about who is alive both think that a room is theirs. */
const blind: Blow = (world, { process, member }) => {
  world.note(process.name, () => "not seen by another");
  const viewers = [...world.owners.map((owner) => owner.process), world.gateway];
  const viewer = world.random.pick(viewers);
  world.unseen.set(viewer, member);
  return () => void world.unseen.delete(viewer);
};

const blows: readonly Blow[] = [kill, kill, hang, hang, cutOff, minority, minority, jump, roll, blind];

/** All of NATS comes back from a backup. What is lost is in the store: of what nobody else has seen nobody can know. */
const rollBack: Fault = (world) => (world.store.caughtUp ? loseNewest(world, lastButFew(world)) : undefined);

/** The log alone does, and the store has not all of it. How far each room was, the registry or the store knows. */
const rollBackUnstored: Fault = (world) => {
  const after = lastButFew(world);
  return world.rooms.every((room) => isRemembered(world, room)) ? loseNewest(world, after) : undefined;
};

function lastButFew({ log, random }: World): number {
  const sequences = log.history.filter(({ lostAt }) => lostAt === undefined).map(({ record }) => record.sequence);
  return sequences.at(-1 - random.int(10)) ?? 0;
}

function loseNewest(world: World, after: number): Heal | undefined {
  const { log } = world;
  if (log.away || after === 0) return undefined;
  world.note("log", () => `rolled back to ${after}`);
  log.away = true;
  log.rollBack(after);
  for (const process of world.processes()) process.connection++;
  return () => {
    world.note("log", () => "back");
    log.elect();
  };
}

function isRemembered({ log, store, buckets }: World, room: RoomId): boolean {
  const entry = buckets.rooms.peek(roomKey(room));
  const registered = entry === undefined ? 0 : decodeJson(RoomEntry, entry).head;
  const last = log.records(room).at(-1);
  return last === undefined || decodeBatch(last.body).head <= Math.max(store.position(room)?.offset ?? 0, registered);
}

/** A backup is made of all of NATS, and restored later: registry, snapshots and segments are put back with the log. */
const restore: Fault = (world) => {
  const { log, buckets, store } = world;
  const after = log.history.findLast(({ lostAt }) => lostAt === undefined)?.record.sequence;
  if (log.away || after === undefined) return undefined;
  world.note("NATS", () => `backed up at ${after}`);
  const backup = Object.values(buckets).map((bucket) => ({ bucket, view: bucket.view() }));
  return () => {
    const ends = log.history.findLast(({ lostAt }) => lostAt === undefined)?.record.sequence ?? 0;
    // Another backup was restored meanwhile.
    if (!store.caughtUp || ends < after) return;
    world.note("NATS", () => "restored");
    log.rollBack(after);
    for (const { bucket, view } of backup) bucket.restore(view);
    for (const process of world.processes()) process.connection++;
  };
};

/** What may go wrong with all of it. Some things do more often than others. */
export const faults = {
  weather,
  weatherAgain: weather,
  logAway,
  logFull,
  logFullForLong,
  bucketAway,
  storeAway,
  purge,
  purgeAgain: purge,
  blow: onSomeOwner((world, owner) => world.random.pick(blows)(world, owner)),
  kill: onSomeOwner(kill),
  leaveInDoubt,
  rollBack,
  rollBackUnstored,
  restore,
} as const satisfies Record<string, Fault>;
export type FaultName = keyof typeof faults;

/** Breaks things all through a life. Whoever calls what it answers has everything whole again. */
export function unleash(
  world: World,
  { only, faultCount, cruelty, untilMs }: { only: readonly FaultName[]; faultCount: number; cruelty: number; untilMs: number },
): Heal {
  const { random, time, owners, log } = world;
  const open = new Set<Heal>();
  let over = false;
  const strike = (fault: Fault) => {
    const heal = over ? undefined : fault(world);
    if (heal === undefined) return;
    open.add(heal);
    time.after(Math.max(random.next() ** 2 * 12_000, heal.atLeastMs ?? 0), () => open.delete(heal) && heal(), undefined);
  };
  for (let i = 0; i < faultCount; i++) time.after(random.next() * untilMs, () => strike(faults[random.pick(only)]), undefined);
  // `cruelty`: the share of commits whose writer is struck before it hears of them.
  log.handleCommit = (writer) => {
    // Every few commits, so that it is a few behind.
    if (log.replication !== "R1" && random.chance(0.2)) world.formerly = viewOf(world);
    const owner = owners.find(({ process }) => process === writer);
    if (owner === undefined || !random.chance(cruelty)) return;
    const blow = random.pick(blows);
    time.after(random.next() * 15, () => isStanding(owner) && strike((struck) => blow(struck, owner)), undefined);
  };
  return () => {
    over = true;
    for (const heal of open) heal();
    open.clear();
  };
}
