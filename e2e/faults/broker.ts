// What an operator would see and do with the broker's own tools.
import { Bus } from "@madang/bus";
import { buckets, decodeBatch, type RoomId, shardOf, streamName, subjects } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { JetStreamRecordStore } from "@madang/log";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";

/** Again until it is answered: right after a fault, nobody may be there to ask. */
function withBus<T>(url: string, work: (bus: Bus) => Promise<T>): Promise<T> {
  return eventually(
    async () => {
      const bus = await Bus.connect({ url, name: "operator", onHandlerError: () => {} });
      try {
        return await work(bus);
      } finally {
        await bus.close();
      }
    },
    { withinMs: 60_000, everyMs: 250 },
  );
}

function withManager<T>(url: string, work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  return withBus(url, async ({ connection }) => work(await jetstreamManager(connection, { timeout: 5_000 })));
}

/** The name of the server that leads a room's stream. */
export function leaderOf(url: string, room: RoomId): Promise<string> {
  return leaderOfStream(url, streamName(shardOf(room)));
}

/** The name of the server that leads the bucket of leases. */
export function leaderOfMembers(url: string): Promise<string> {
  return leaderOfStream(url, `KV_${buckets.members}`);
}

function leaderOfStream(url: string, stream: string): Promise<string> {
  return withManager(url, async (manager) => (await manager.streams.info(stream)).cluster?.leader ?? "");
}

/** Every record of one room is gone. */
export function purge(url: string, room: RoomId): Promise<void> {
  return withManager(url, async (manager) => {
    await manager.streams.purge(streamName(shardOf(room)), { filter: subjects.log(room) });
  });
}

/** Who claimed each room last, as its log has it. */
export function ownersOf(url: string, rooms: readonly RoomId[]): Promise<Map<RoomId, string>> {
  return withBus(url, async ({ connection }) => {
    const records = await JetStreamRecordStore.open(connection);
    const owners = new Map<RoomId, string>();
    for (const room of rooms) {
      const until = (await records.last(room))?.sequence ?? 0;
      for await (const { body } of records.scan(room, { from: 1, until }))
        for (const entry of decodeBatch(body).entries)
          if (entry.kind === "note" && entry.type === "claim")
            owners.set(room, JSON.parse(Buffer.from(entry.line).toString()).claim.owner);
    }
    return owners;
  });
}

/** How many letters lie in the dead-letter stream. */
export function deadLetterCount(url: string): Promise<number> {
  return withManager(url, async (manager) => {
    const name = await manager.streams.find(subjects.deadLetters);
    return (await manager.streams.info(name)).state.messages;
  });
}

/** Resolves once every server has every record: a rolling restart may take the next one. */
export function inSync(url: string): Promise<void> {
  return withManager(url, async (manager) => {
    for await (const { config, cluster } of manager.streams.list()) {
      const replicas = cluster?.replicas ?? [];
      const behind = replicas.some(({ current, offline }) => !current || offline === true);
      if (!cluster?.leader || behind || replicas.length + 1 < config.num_replicas)
        throw new Error(`${config.name} is not in sync`);
    }
  });
}
