// LINE LIVE's figure, 30,000 comments in a minute of one stream, through the all-in-one and in under half a gigabyte.
import { conversation, eventually } from "@madang/devkit";
import { expect, test } from "vitest";
import { memoryOf } from "./support/memory.ts";
import { run, secrets, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { rowsOf } from "./support/store.ts";
import { viewer } from "./support/viewer.ts";

test("[R1] [L3] a recorded conversation of 30,000 comments: every viewer sees it in order, the store holds it, in 512 MB", async () => {
  using folder = temporaryFolder();
  // Within the limits that `npm start` has.
  await using site = await startAllInOne(folder.path, { MADANG_LIMITS: "on" });
  const room = "live:broadcast";
  const viewers = await Promise.all([1, 2, 3, 4, 5].map((i) => viewer(site.socketUrl, room, { user: `viewer-${i}` })));
  // The command that a user runs, faster than life.
  const replay = run("apps/allinone/src/demo/replay.ts", secrets, [
    "--url",
    `http://${site.authority}`,
    "--room",
    room,
    "--seed",
    "7",
    "--speed",
    "1000",
  ]);
  expect(await replay.exited, replay.output()).toEqual({ code: 0, signal: null });
  expect(replay.output()).toMatch(/All 30000 comments have their place/);

  const said = new Map(
    conversation({ seed: 7, comments: 30_000, users: 300, durationMs: 60_000 }).map((comment) => [comment.id, comment]),
  );
  const rows = await rowsOf(`file:${folder.path}/madang.db`, room, 30_000);
  expect(rows).toHaveLength(30_000);
  rows.forEach(({ offset, id, data, user }, index) => {
    expect(offset).toBe(index + 1);
    const comment = said.get(id);
    expect([user, data.text]).toEqual([comment?.user, comment?.text.normalize("NFC")]);
    said.delete(id);
  });
  for (const { seen, subscribed } of viewers) {
    await eventually(() => expect(seen.length).toBe(30_000));
    expect(seen.every(({ offset, tags }, index) => offset === index + 1 && tags.id === rows[index]?.id)).toBe(true);
    expect(subscribed).toHaveLength(1);
  }
  for (const one of viewers) one[Symbol.dispose]();
  const { peakMb } = memoryOf(site.pid);
  expect(peakMb).toBeLessThan(512);
}, 120_000);
