import { shardOf, streamName } from "@madang/contracts";
import { testNats } from "@madang/devkit";
import { provision, removeStream, saveStream, streamsThere } from "@madang/log";
import { expect, test } from "vitest";
import { restoreStreams } from "./restore-streams.ts";
import { savedStreams } from "./streams.ts";
import { connect, room, write } from "./test-log.ts";

test("what others made meanwhile stays, and what was put back before it goes", async () => {
  await using first = await testNats();
  await using second = await testNats();
  await using from = await connect(first.url);
  await using to = await connect(second.url);
  const sizes = { replicas: 1, maxBytes: 400_000_000 };
  await provision(from.connection, sizes);
  const files = new Map<string, Uint8Array[]>();
  const streams = [];
  for (const name of savedStreams) {
    const chunks: Uint8Array[] = [];
    const saved = await saveStream(from.connection, name, async (chunk) => void chunks.push(chunk));
    if (saved === undefined) continue;
    files.set(name, chunks);
    streams.push({ file: name, ...saved });
  }
  const archive = {
    contents: { streams },
    read: async function* (file: string) {
      yield* files.get(file) ?? [];
    },
  };
  // All but the first are there by the time that their turn comes.
  await provision(to.connection, sizes);
  await write(to, 3);
  const [mine = ""] = files.keys();
  await removeStream(to.connection, mine);
  const before = (await streamsThere(to.connection)).sort();

  await expect(restoreStreams(to, archive as never, { replicas: 1 })).rejects.toThrow(/already in use/);
  expect((await streamsThere(to.connection)).sort()).toEqual(before);
  const theirs = await saveStream(to.connection, streamName(shardOf(room)), async () => {});
  expect(theirs?.state.messages).toBe(3);
});
