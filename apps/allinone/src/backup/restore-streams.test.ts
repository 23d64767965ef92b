import type { Bus } from "@madang/bus";
import { shardOf, streamName } from "@madang/contracts";
import { testNats } from "@madang/devkit";
import { provision, removeStream, StreamNotBegun, saveStream, streamsThere } from "@madang/log";
import { expect, test } from "vitest";
import { restoreStreams } from "./restore-streams.ts";
import { savedStreams } from "./streams.ts";
import { connect, room, write } from "./test-log.ts";

test("a restore that fails takes back what it has put back, and leaves what others made meanwhile", async () => {
  await using full = await testNats();
  await using empty = await testNats();
  await using from = await connect(full.url);
  await using to = await connect(empty.url);
  const sizes = { replicas: 1, maxBytes: 400_000_000 };
  await provision(from.connection, sizes);
  const archive = await archiveOf(from);
  // All but the first are there by the time that their turn comes.
  await provision(to.connection, sizes);
  await write(to, 3);
  await removeStream(to.connection, archive.contents.streams[0]?.config.name ?? "");
  const before = (await streamsThere(to.connection)).sort();

  await expect(restoreStreams(to, archive, { replicas: 1 })).rejects.toThrow(StreamNotBegun);
  expect((await streamsThere(to.connection)).sort()).toEqual(before);
  const theirs = await saveStream(to.connection, streamName(shardOf(room)), async () => {});
  expect(theirs?.state.messages).toBe(3);
});

/** What `restoreStreams` reads of an archive, in memory. */
async function archiveOf({ connection }: Bus): Promise<Parameters<typeof restoreStreams>[1]> {
  const files = new Map<string, Buffer[]>();
  const streams = [];
  for (const name of savedStreams) {
    const chunks: Buffer[] = [];
    const saved = await saveStream(connection, name, async (chunk) => void chunks.push(Buffer.from(chunk)));
    if (saved === undefined) continue;
    files.set(name, chunks);
    streams.push({ file: name, config: { ...saved.config, name }, state: { ...saved.state } });
  }
  return {
    contents: { streams },
    read: async function* (file) {
      yield* files.get(file) ?? [];
    },
  };
}
