/** The streams of a backup, put back into a NATS that has none of them. */
import type { Bus } from "@madang/bus";
import { limits } from "@madang/contracts";
import { letAge, putBackStream, removeStream, type SavedStream, StreamNotBegun, streamsThere } from "@madang/log";
import { StartError } from "@madang/runtime";
import type { Archive, Contents } from "./archive.ts";
import { logStreams, ourStreams } from "./streams.ts";

export interface RestoredAs {
  /** Copies of every record. */
  replicas: number;
  /** Of all streams of the log together; streams that were larger stay so. */
  logMaxBytes?: number | undefined;
}

/** @throws StartError */
export async function expectNoStreams(bus: Bus): Promise<void> {
  const there = (await streamsThere(bus.connection)).filter((name) => ourStreams.includes(name));
  if (there.length > 0)
    throw new StartError(
      `NATS has ${there.join(", ")} already: a backup is put back before any service has started. Nothing was touched.`,
    );
}

/**
 * Nothing in them ages until `age` is called: what is old, and in the log alone, has to reach the store before. What was put back by a call
 * that fails is taken away again.
 */
export async function restoreStreams(
  bus: Bus,
  archive: Pick<Archive, "read"> & { contents: Pick<Contents, "streams"> },
  as: RestoredAs,
): Promise<{ age: () => Promise<void>; remove: () => Promise<void> }> {
  const { connection } = bus;
  const streams = archive.contents.streams.map((stream) => ({ ...stream, saved: savedAs(stream, as) }));
  const made: string[] = [];
  const remove = async () => {
    const removed = await Promise.allSettled(made.splice(0).map((name) => removeStream(connection, name)));
    for (const one of removed) if (one.status === "rejected") throw one.reason;
  };
  try {
    for (const { file, saved } of streams) {
      // Named before it is made: what is only half there has to go as well.
      made.push(saved.config.name);
      await putBackStream(connection, saved, archive.read(file));
    }
  } catch (error) {
    // What is there by that name is not of this call.
    if (error instanceof StreamNotBegun) made.pop();
    await remove().catch(() => {});
    throw error;
  }
  return {
    remove,
    age: async () => {
      for (const { saved } of streams) await letAge(connection, saved);
    },
  };
}

function savedAs({ config, state }: Contents["streams"][number], { replicas, logMaxBytes = 0 }: RestoredAs): SavedStream {
  const size = Number(config.max_bytes);
  const maxBytes = logStreams.includes(config.name) ? Math.max(size, Math.floor(logMaxBytes / limits.streams)) : size;
  return { config: { ...config, num_replicas: replicas, max_bytes: maxBytes }, state };
}
