import { buckets, limits, streamName } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { logStreams, neededStreams, savedStreams } from "./streams.ts";

describe("the streams of a backup", () => {
  test("are the log, the dead letters and all buckets but that of leases", () => {
    const kept = Object.values(buckets).filter((bucket) => bucket !== buckets.members);
    const log = Array.from({ length: limits.streams }, (_, shard) => streamName(shard));
    expect(new Set(savedStreams)).toEqual(new Set([...kept.map((bucket) => `KV_${bucket}`), ...log, "DEAD_LETTERS"]));
    for (const stream of neededStreams) expect(savedStreams).toContain(stream);
  });

  test("are saved in an order in which none is older than what names it: the log after all buckets, segments after snapshots", () => {
    const place = (stream: string) => savedStreams.indexOf(stream);
    for (const bucket of Object.values(buckets))
      for (const stream of logStreams) expect(place(`KV_${bucket}`)).toBeLessThan(place(stream));
    for (const segments of [buckets.dedupe, buckets.gifts]) expect(place("KV_snapshots")).toBeLessThan(place(`KV_${segments}`));
  });
});
