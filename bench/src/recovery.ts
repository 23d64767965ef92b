/**
 * How soon a room takes its first command after a crash, with a million events and with a thousand: its owner is killed with -9 in the
 * middle of a burst, and the command goes to a standby at once, which finds the owner gone, claims the room, and loads its snapshot, its
 * known ids and the tail of its log. `npm run bench:recovery -- --events 1000000 --repeats 7`
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Bus } from "@madang/bus";
import {
  decodeJson,
  encodeJson,
  limits,
  MemberId,
  MessageId,
  RoomId,
  RoomReply,
  rendezvous,
  StoreHeadReply,
  subjects,
  UserId,
} from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { pause, startNatsServer } from "@madang/runtime";
import { conditions } from "./machine.ts";
import { project } from "./places.ts";
import { spread } from "./statistics.ts";

const { values: options } = parseArgs({
  options: { events: { type: "string", default: "1000000" }, repeats: { type: "string", default: "7" } },
});
const rooms = [
  { room: RoomId.parse("live:small"), events: 1_000 },
  { room: RoomId.parse("live:large"), events: Number(options.events) },
] as const;
const inFlight = 2_000;
/** As many as a busy room commits between two snapshots, and more. */
const burst = 5_000;
const users = 1_000;

interface Running {
  readonly member: MemberId;
  readonly child: ChildProcess;
}

/** Answers to the burst under way. */
const answered = new Map<RoomId, number>();
const sent = new Map<RoomId, number>();

const directory = mkdtempSync(join(tmpdir(), "madang-recovery-"));
await using closers = new AsyncDisposableStack();
closers.defer(() => rmSync(directory, { recursive: true, force: true }));
const nats = await startNatsServer({
  binary: join(project, ".cache/bin/nats-server"),
  directory: join(directory, "nats"),
  maxFileBytes: 8 * 1024 ** 3,
  maxMemoryBytes: 128 * 1024 ** 2,
  durability: "process",
});
closers.defer(() => nats.stop());
const bus = await Bus.connect({ url: nats.url, name: "bench", onHandlerError: () => {} });
closers.defer(() => bus.close());
await start("persistence", { DATABASE_URL: `file:${directory}/store.db` });
let members = [await startRoom(), await startRoom()];

for (const { room, events } of rooms) {
  const begun = performance.now();
  await send(ownerOf(room).member, room, events);
  process.stderr.write(`${room}: ${events} events in ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
}

// Otherwise the first figures are also those of a machine that writes a million rows.
for (const { room, events } of rooms) {
  await eventually(
    async () => {
      const reply = await bus.request(subjects.storeHead, encodeJson({ v: 1, room }), { timeoutMs: 5_000 });
      const stored = decodeJson(StoreHeadReply, reply).head?.offset ?? 0;
      if (stored < events) throw new Error(`${stored} of ${events} are stored`);
    },
    { withinMs: 300_000, everyMs: 500 },
  );
}

// Nor those of a room that had 30,000 events in the second before: the tail of that flood is up to 150,000 events long, and takes 0.6 s.
await pause(limits.snapshotEveryMs + 1_000);

const measured = new Map<RoomId, number[]>(rooms.map(({ room }) => [room, []]));
for (let repeat = 0; repeat < Number(options.repeats); repeat++) {
  // Either of them first in turn: the one that is asked second waits for nothing but itself.
  for (const { room } of repeat % 2 === 0 ? rooms : rooms.toReversed()) {
    const owner = ownerOf(room);
    await insist(owner.member, room);
    answered.clear();
    const bursting = send(owner.member, room, burst).catch(() => {});
    await eventually(
      () => {
        if ((answered.get(room) ?? 0) < burst / 2) throw new Error("not in the middle yet");
      },
      { withinMs: 60_000, everyMs: 1 },
    );
    owner.child.kill("SIGKILL");
    await new Promise((resolve) => owner.child.once("exit", resolve));
    members = members.filter((member) => member !== owner);
    const killedAt = performance.now();
    await insist(ownerOf(room).member, room);
    measured.get(room)?.push(performance.now() - killedAt);
    await bursting;
    members = [...members, await startRoom()];
  }
}

const figures = rooms.map(({ room, events }) => ({ events, firstAnswerMs: spread(measured.get(room) ?? []) }));
for (const {
  events,
  firstAnswerMs: { median, min, max },
} of figures)
  process.stdout.write(`${events} events: ${median.toFixed(0)} ms (${min.toFixed(0)} … ${max.toFixed(0)})\n`);
const found = conditions(new Date());
const results = join(import.meta.dirname, "../results");
mkdirSync(results, { recursive: true });
const file = join(results, `${found.date.slice(0, 10)}-recovery.json`);
writeFileSync(file, `${JSON.stringify({ ...found, figures, runs: Object.fromEntries(measured) }, null, 2)}\n`);
process.stdout.write(`${file}\n`);

/** So many new messages, with a bounded number on their way. Those of which nothing is heard any more are given up. */
async function send(member: MemberId, room: RoomId, count: number): Promise<void> {
  let left = count;
  const sender = async () => {
    while (left-- > 0) {
      await one(member, room);
      answered.set(room, (answered.get(room) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
}

/** As a gateway does: again, at once, while the member says that it is not its room. */
async function insist(member: MemberId, room: RoomId): Promise<void> {
  await eventually(() => one(member, room), { withinMs: 30_000, everyMs: 10 });
}

async function one(member: MemberId, room: RoomId): Promise<void> {
  const n = (sent.get(room) ?? 0) + 1;
  sent.set(room, n);
  const command = {
    v: 1,
    command: "send",
    author: UserId.parse(`user-${n % users}`),
    id: MessageId.parse(`m${n}`),
    data: { text: `comment number ${n}, as long as comments are` },
  };
  const reply = await bus.request(subjects.command(member, room), encodeJson(command), { timeoutMs: 10_000 });
  const { kind } = decodeJson(RoomReply, reply);
  if (kind !== "committed") throw new Error(`${member} answers ${kind}`);
}

/** Where a gateway would ask. */
function ownerOf(room: RoomId): Running {
  const [first] = rendezvous(
    room,
    members.map(({ member }) => member),
  );
  const owner = members.find(({ member }) => member === first);
  if (owner === undefined) throw new Error("no room service runs");
  return owner;
}

async function startRoom(): Promise<Running> {
  const { child, said } = await start("room", { MADANG_NAME: "room" });
  return { child, member: MemberId.parse(/"member":"([^"]+)"[^\n]*"msg":"ready"/.exec(said)?.[1]) };
}

async function start(service: "room" | "persistence", environment: Record<string, string>) {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [join(project, `services/${service}/src/main.ts`)], {
    cwd: directory,
    env: { PATH, HOME, NATS_URL: nats.url, MADANG_HEALTH_PORT: "0", ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  closers.defer(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await eventually(
    () => {
      if (!said.includes('"msg":"ready"')) throw new Error(`${service} does not start: ${said}`);
    },
    { withinMs: 30_000 },
  );
  return { child, said };
}
