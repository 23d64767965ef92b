// A room service and a gateway that know one NATS server alone, which loses sight of its peers.
import { RoomId, rendezvous } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { connected, type Sent, sendUntilAnswered, viewer } from "../support/viewer.ts";
import { memberIdOf } from "./cluster-site.ts";
import type { Outcome, Scene } from "./fault.ts";
import { longestStall } from "./stall.ts";

/**
 * No promise: who is with the isolated server notices after 9 to 16 s (`Pulse`) and goes to the others, which have mostly elected their
 * leaders by then (4 to 9 s each; longer if they disagree). The servers meet again as soon as one sender is answered, and streams may then
 * elect once more (3 to 9 s): a room whose senders were not answered yet waits for both. Seen: 7 to 16 s for the first sender, once 26 s
 * for a room.
 */
export const partitionMs = 30_000;

export async function strandMinority({ site, outageMs, seed }: Scene): Promise<Outcome> {
  await using closers = new AsyncDisposableStack();
  const [node] = site.nats.nodes;
  if (node === undefined) throw new Error("no node");
  const pinnedRoom = closers.use(await site.join("room", "room-pinned", node));
  const pinnedGateway = closers.use(await site.join("gateway", "gateway-pinned", node));
  const members = [...site.rooms.flatMap(({ running }) => running ?? []), pinnedRoom].map(memberIdOf);
  const room = roomOf(memberIdOf(pinnedRoom), { members, seed });

  const inside = await connected(pinnedGateway.socketUrl, { user: "inside" });
  closers.defer(() => inside.disconnect());
  const outside = await connected(site.socketUrl, { user: "outside" });
  closers.defer(() => outside.disconnect());
  const watcher = closers.use(await viewer(pinnedGateway.socketUrl, room, { user: "watcher" }));
  const said: { id: string; offset: number; at: number }[] = [];
  const say = async (client: typeof inside, id: string) => {
    const { offset } = await sendUntilAnswered(client, { channel: room, id, data: { id } });
    said.push({ id, offset, at: performance.now() });
  };
  await say(inside, "before-1");
  await say(outside, "before-2");

  const from = performance.now();
  node.isolate();
  const until = performance.now() + outageMs;
  const acknowledged: string[] = [];
  const insisting = (async () => {
    for (let n = 1; performance.now() < until; n++) {
      // One try: the client's own word for "no" and "I do not know" is an error.
      await inside.rpc("send", { channel: room, id: `stranded-${n}`, data: {} }).then(
        ({ data }: { data: Sent }) => {
          if (performance.now() < until) acknowledged.push(`stranded-${n} at ${data.offset}`);
        },
        () => pause(100),
      );
    }
  })();
  await say(outside, "meanwhile");
  const takenOverMs = performance.now() - from;
  // The majority chats on, past the end of the partition: streams may then elect once more.
  let together = false;
  closers.defer(() => {
    together = true;
  });
  const chatting = (async () => {
    for (let n = 1; !together; n++) {
      await say(outside, `majority-${n}`);
      await pause(40);
    }
  })();
  await insisting;
  node.rejoin();

  await say(inside, "after-1");
  together = true;
  await chatting;
  await say(outside, "after-2");
  const stallMs = longestStall(
    said.map(({ at }) => at),
    { from, until: performance.now() },
  );
  const last = Math.max(...said.map(({ offset }) => offset));
  await eventually(
    () => {
      if ((watcher.seen.at(-1)?.offset ?? 0) < last) throw new Error("the watcher is behind");
    },
    { withinMs: 20_000 },
  );
  const offsets = watcher.seen.map(({ offset }) => offset);
  const findings = [
    ...acknowledged.map((what) => `the minority acknowledged ${what}`),
    ...(offsets.some((offset, at) => offset !== (offsets[0] ?? 0) + at) ? [`the watcher saw ${offsets}`] : []),
    ...said.flatMap(({ id, offset }) => {
      const seen = watcher.seen.find((line) => line.offset === offset);
      const same = seen?.tags.id === id && seen.data.id === id;
      return same
        ? []
        : [`${id} was acknowledged at ${offset}, where the watcher saw ${seen?.tags.id} ${JSON.stringify(seen?.data)}`];
    }),
  ];
  return { findings, stallMs, measured: `the majority went on after ${Math.round(takenOverMs)} ms` };
}

/** A room that belongs to one of them. */
function roomOf(owner: string, { members, seed }: { members: Parameters<typeof rendezvous>[1]; seed: number }): RoomId {
  for (let n = 1; ; n++) {
    const room = RoomId.parse(`live:minority${seed}-${n}`);
    if (rendezvous(room, members)[0] === owner) return room;
  }
}
