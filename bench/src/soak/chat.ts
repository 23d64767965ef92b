/** A few who chat beside the load, and whose whole history is checked: what they and the others saw, the log, the rows. */
import { type RoomId, RoomId as RoomIds } from "@madang/contracts";
import { check, cuttable } from "@madang/devkit";
import { finalLog, finalRows } from "../../../e2e/faults/final-state.ts";
import { Workload } from "../../../e2e/faults/workload.ts";
import { wholeLog } from "./whole-log.ts";

const rooms: readonly RoomId[] = ["a", "b", "c"].map((name) => RoomIds.parse(`live:chat-${name}`));

export interface Chat extends AsyncDisposable {
  /** Nobody says more. How many messages are acknowledged, and how many have no answer. */
  stop(): Promise<{ acknowledged: number; unknown: number }>;
  /** @throws Error where the store does not get everything */
  findings(at: { natsUrl: string; databaseUrl: string }): Promise<string[]>;
}

/** In each of three rooms one who sends, so that ids are unique in them, and two who watch; on all gateways in turn. */
export async function startChat(authorities: readonly string[]): Promise<Chat> {
  let turn = 0;
  const balancer = await cuttable(() => Number(authorities[turn++ % authorities.length]?.split(":")[1]));
  const workload = new Workload(rooms);
  await workload.start(`ws://127.0.0.1:${balancer.port}/connection/websocket`, { senders: 1, observers: 2 });
  const count = (kind: "ok" | "unknown") => workload.attempts.filter(({ outcome }) => outcome.kind === kind).length;
  /** The last place that somebody was told of. */
  const promised = (room: RoomId) =>
    workload.attempts.reduce(
      (last, { outcome, room: other }) => (other === room && outcome.kind === "ok" ? Math.max(last, outcome.offset) : last),
      0,
    );
  return {
    stop: async () => {
      await workload.stop();
      return { acknowledged: count("ok"), unknown: count("unknown") };
    },
    findings: async ({ natsUrl, databaseUrl }) => {
      const logged = await finalLog(natsUrl, rooms);
      const heads = new Map([...logged].map(([room, placed]) => [room, Math.max(placed.at(-1)?.offset ?? 0, promised(room))]));
      const rows = await finalRows(databaseUrl, heads);
      const log = new Map([...logged].map(([room, placed]) => [room, wholeLog(placed, rows.get(room) ?? [])]));
      return check({ attempts: workload.attempts, log, rows, observations: await workload.observations(heads) });
    },
    [Symbol.asyncDispose]: async () => {
      workload.close();
      await balancer[Symbol.asyncDispose]();
    },
  };
}
