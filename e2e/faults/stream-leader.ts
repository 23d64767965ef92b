// What an operator would do with the broker's own tools.
import { Bus } from "@madang/bus";
import { type RoomId, shardOf, streamName, subjects } from "@madang/contracts";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";

async function withManager<T>(url: string, work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
  const bus = await Bus.connect({ url, name: "operator", onHandlerError: () => {} });
  try {
    return await work(await jetstreamManager(bus.connection, { timeout: 5_000 }));
  } finally {
    await bus.close();
  }
}

/** The name of the server that leads a room's stream. */
export function leaderOf(url: string, room: RoomId): Promise<string> {
  return withManager(url, async (manager) => (await manager.streams.info(streamName(shardOf(room)))).cluster?.leader ?? "");
}

/** Every record of one room is gone. */
export function purge(url: string, room: RoomId): Promise<void> {
  return withManager(url, async (manager) => {
    await manager.streams.purge(streamName(shardOf(room)), { filter: subjects.log(room) });
  });
}
