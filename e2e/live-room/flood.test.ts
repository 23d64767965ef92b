// A flood in one room, with sampling as it is by default: everybody gets a sample and is told of the rest; own words, staff and hearts are
// never lost.
import { eventually } from "@madang/devkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsOf } from "../support/store.ts";
import { sendUntilAnswered, type Viewer, viewer } from "../support/viewer.ts";
import { type LiveSite, liveSite } from "./site.ts";

let site: LiveSite;

beforeAll(async () => {
  site = await liveSite();
}, 60_000);

afterAll(() => site?.[Symbol.asyncDispose]());

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe("a flood of 3,000 comments by 20 people within seconds", () => {
  test("[V3] [N2] is sampled for each viewer, and what was skipped is declared; own comments and staff's always arrive; hearts are exact", {
    timeout: 120_000,
  }, async () => {
    const channel = "live:flood";
    const gateway = (n: number) => (n % 2 ? site.one : site.two).socketUrl;
    const viewers = await Promise.all(upTo(6).map((n) => viewer(gateway(n), channel, { user: `viewer-${n}` })));
    const speakers = await Promise.all(upTo(20).map((n) => viewer(gateway(n), channel, { user: `speaker-${n}` })));
    const host = await viewer(site.two.socketUrl, channel, { user: "host", claims: { role: "owner" } });
    const all = [...viewers, ...speakers, host];

    let hearts = 0;
    const speak = async ({ client }: Viewer, who: number) => {
      for (const n of upTo(15)) {
        const sending = upTo(10).map((each) =>
          sendUntilAnswered(client, { channel, id: `${who}-${n}-${each}`, data: { text: `${n}/${each}` } }),
        );
        const { data } = await client.rpc("hearts", { channel, id: `h-${who}-${n}`, count: 3 });
        hearts += data.counted;
        await Promise.all(sending);
      }
    };
    const speaking = speakers.map(speak);
    for (const n of upTo(20)) await sendUntilAnswered(host.client, { channel, id: `host-${n}`, data: { text: `host ${n}` } });
    await Promise.all(speaking);
    const total = 20 * 150 + 20;

    const posted = ({ seen }: Viewer) => seen.filter(({ tags }) => tags.type === "posted");
    const skipped = ({ signals }: Viewer) =>
      signals.filter(({ tags }) => tags.type === "skip").reduce((sum, { data }) => sum + (data.count as number), 0);
    await eventually(
      () => {
        for (const one of all) expect(posted(one).length + skipped(one)).toBe(total);
      },
      { withinMs: 10_000 },
    );
    // Some of it was left out for those who only watch, and nothing for staff.
    for (const one of viewers) expect(skipped(one)).toBeGreaterThan(0);
    expect(skipped(host)).toBe(0);
    for (const [at, one] of speakers.entries()) {
      const own = posted(one).filter(({ info }) => info?.user === `speaker-${at + 1}`);
      expect(own).toHaveLength(150);
    }
    for (const one of all) {
      const offsets = one.seen.map(({ offset }) => offset);
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
      expect(posted(one).filter(({ info }) => info?.user === "host")).toHaveLength(20);
    }
    // Nothing acknowledged is lost, whoever saw it.
    expect(await rowsOf(site.database.url, channel, total)).toHaveLength(total);

    expect(hearts).toBeGreaterThan(0);
    await eventually(
      () => {
        const last = host.signals.filter(({ tags }) => tags.type === "counters").at(-1);
        expect(last?.data).toMatchObject({ comments: total, hearts: { "❤️": hearts }, viewers: all.length });
      },
      { withinMs: 10_000 },
    );
    for (const one of all) one[Symbol.dispose]();
  });
});
