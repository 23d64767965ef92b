// An ended broadcast once more: the same as its history, without what was taken away, from wherever a player seeks to.
import { conversation, eventually } from "@madang/devkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { secrets } from "../support/processes.ts";
import { rowsOf } from "../support/store.ts";
import { connected, sendUntilAnswered, type Viewer, viewer } from "../support/viewer.ts";
import { type LiveSite, liveSite } from "./site.ts";

interface Publication {
  offset: number;
  data: { text?: string; offset?: number; amount?: number };
  tags: { type: string; deleted?: string; time: string };
  info?: { user: string };
}
type Entry = {
  at: number;
  publication?: Publication;
  hearts?: Record<string, number>;
  peak?: number;
  pins?: number[];
  gifts?: object;
};

const channel = "live:broadcast";
const comments = conversation({ seed: 11, comments: 400, users: 12, durationMs: 60_000 });
let site: LiveSite;
let history: Publication[];

/** Every line of the room as it reads now, page by page. */
async function historyOf({ subscription }: Viewer): Promise<Publication[]> {
  const lines: Publication[] = [];
  for (let offset = 0; ; ) {
    const { publications } = await subscription.history({ limit: 200, since: { offset, epoch: "" } });
    if (publications.length === 0) return lines;
    lines.push(...(publications as unknown as Publication[]));
    offset = lines.at(-1)?.offset ?? 0;
  }
}

async function replay(window: { from?: number; to?: number } = {}): Promise<Entry[]> {
  const query = new URLSearchParams(Object.entries(window).map(([name, value]): [string, string] => [name, String(value)]));
  const response = await fetch(`http://${site.two.authority}/api/rooms/${channel}/replay?${query}`, {
    headers: { "x-api-key": secrets.MADANG_API_KEY },
  });
  expect(response.status).toBe(200);
  const text = await response.text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const said = (entries: readonly Entry[]) =>
  entries.flatMap(({ publication }) => (publication?.tags.type === "posted" ? [publication] : []));
const pins = (entries: readonly Entry[]) =>
  entries.flatMap(({ publication }) => (publication?.tags.type.endsWith("pinned") ? [publication] : []));
const gifts = (entries: readonly Entry[]) =>
  entries.flatMap(({ publication, at }) =>
    publication?.tags.type === "gifted" ? [{ at, amount: publication.data.amount }] : [],
  );

/** Told of by the site's own server, until it hears of it. */
async function give(id: string, amount: number): Promise<object> {
  for (;;) {
    const { status, body } = await site.api("POST", `/rooms/${channel}/gifts`, { id, user: "kim", amount, currency: "KRW" });
    if (status !== 503) return body;
  }
}

beforeAll(async () => {
  site = await liveSite();
  const owner = await connected(site.one.socketUrl, { user: "owner", claims: { role: "owner" } });
  const act = async (method: string, args: object) => {
    const { data } = await owner.rpc(method, {
      channel,
      id: `${method}-${JSON.stringify(args)}`.replace(/[^\w-]/g, "").slice(0, 60),
      ...args,
    });
    expect(data.refused).toBeUndefined();
    return data.offset as number;
  };
  await act("room", { title: "A broadcast", state: "scheduled" });
  await act("room", { state: "open" });
  const users = [...new Set(comments.map(({ user }) => user))];
  const clients = new Map(
    await Promise.all(users.map(async (user) => [user, await connected(site.two.socketUrl, { user })] as const)),
  );
  const places: number[] = [];
  for (let at = 0; at < comments.length; at += 20) {
    const sending = comments.slice(at, at + 20).map(async ({ user, id, text }) => {
      const client = clients.get(user);
      if (client === undefined) throw new Error("nobody");
      return (await sendUntilAnswered(client, { channel, id, data: { text } })).offset;
    });
    places.push(...(await Promise.all(sending)));
    const [first] = clients.values();
    await first?.rpc("hearts", { channel, id: `h${at}`, count: 2 });
    if (at % 100 === 0) await give(`pay-${at}`, 100 + at);
  }
  expect(await give("pay-100", 999)).toMatchObject({ duplicate: true });
  await act("pin", { offset: places[5] });
  await act("delete", { offset: places[10] });
  await act("delete", { offset: places[200] });
  await act("undelete", { offset: places[200] });
  await act("purge", { user: users[3] });
  const editor = clients.get(comments[20]?.user ?? "");
  await editor?.rpc("edit", { channel, id: "edit", offset: places[20], data: { text: "as I meant it" } });
  await rowsOf(site.database.url, channel, await act("room", { state: "ended" }));
  // Whose history holds what was sampled out, too.
  const watcher = await viewer(site.one.socketUrl, channel, { user: "watcher", claims: { role: "moderator" } });
  history = await historyOf(watcher);
  for (const client of [owner, watcher.client, ...clients.values()]) client.disconnect();
}, 120_000);

afterAll(() => site?.[Symbol.asyncDispose]());

describe("the replay of an ended broadcast", () => {
  test("[H8] is its history without what was taken away, with what was edited, what was pinned, and hearts", async () => {
    const there = history.filter(({ tags }) => tags.type === "posted" && tags.deleted === undefined);
    expect(there.length).toBeGreaterThan(300);
    expect(history.filter(({ tags }) => tags.deleted === "true").length).toBeGreaterThan(10);
    await eventually(
      async () => expect((await replay()).findLast(({ hearts }) => hearts !== undefined)?.hearts).toEqual({ "❤️": 40 }),
      {
        withinMs: 10_000,
      },
    );
    const entries = await replay();
    expect(said(entries).map(({ offset, data, info }) => [offset, data, info?.user])).toEqual(
      there.map(({ offset, data, info }) => [offset, data, info?.user]),
    );
    expect(said(entries).map(({ data }) => data.text)).toContain("as I meant it");
    expect(pins(entries).map(({ tags, data }) => [tags.type, data.offset])).toEqual([["pinned", expect.any(Number)]]);
    const times = entries.map(({ at }) => at);
    expect(times.every((at) => at >= 0)).toBe(true);
  });

  test("[H8] [A17] windows that meet hold every line once, wherever a player seeks to", async () => {
    const whole = await replay();
    const all = said(whole).map(({ offset }) => offset);
    const length = Math.max(...whole.map(({ at }) => at)) + 1;
    for (const parts of [2, 3, 7]) {
      const cuts = Array.from({ length: parts + 1 }, (_, i) => Math.round((i * length) / parts));
      const windows = await Promise.all(cuts.slice(1).map((to, i) => replay({ from: cuts[i] ?? 0, to })));
      expect(windows.flatMap((entries) => said(entries).map(({ offset }) => offset))).toEqual(all);
    }
    // From each of ten places on to the end, with how things stood there before all else.
    for (let i = 1; i <= 10; i++) {
      const from = Math.round((i * length) / 11);
      const entries = await replay({ from });
      expect(entries[0]).toMatchObject({ at: from, hearts: expect.any(Object), pins: expect.any(Array) });
      expect(said(entries)).toEqual(said(whole.filter(({ at }) => at >= from)));
    }
  });

  test("[A14] [H8] has each gift once, and what had been given wherever a player comes in", async () => {
    const given = gifts(await replay());
    expect(given.map(({ amount }) => amount)).toEqual([100, 200, 300, 400]);
    for (const { at } of given) {
      const [first, ...rest] = await replay({ from: at + 1 });
      const before = given.slice(0, given.length - gifts(rest).length);
      const amounts = { KRW: before.reduce((sum, { amount = 0 }) => sum + amount, 0) };
      expect(first?.gifts).toEqual({ count: before.length, amounts });
    }
  });

  test("[H8] a player gets the same in windows by rpc", async () => {
    const client = await connected(site.one.socketUrl, { user: "player" });
    const entries: Entry[] = [];
    for (let after: object | undefined; ; ) {
      const { data } = await client.rpc("replay", { channel, from: 0, ...(after === undefined ? {} : { after }) });
      entries.push(...data.entries);
      after = data.next;
      if (after === undefined) break;
    }
    expect(said(entries)).toEqual(said(await replay()));
    client.disconnect();
  });
});
