// The SDK against the real thing: what its users rely on.
import { connect, type Message, type Room } from "@madang/client";
import { eventually } from "@madang/devkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tokenFor } from "./support/viewer.ts";
import { startWire, type Wire } from "./support/wire.ts";

let wire: Wire;
beforeAll(async () => {
  wire = await startWire();
});
afterAll(() => wire[Symbol.asyncDispose]());

async function person(user?: string, claims: Record<string, unknown> = {}) {
  const client = connect({ url: wire.socketUrl, ...(user === undefined ? {} : { token: await tokenFor(user, claims) }) });
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

const messages = (room: Room) => room.view.entries.filter((entry): entry is Message => entry.kind === "message");
const texts = (room: Room) => messages(room).map(({ text }) => text);

test("[P5] a message shows at once as on its way, and then at its place, with the same key", async () => {
  using kim = await person("kim");
  using lee = await person("lee");
  const [hers, his] = [kim.room("live:echo"), lee.room("live:echo")];
  await eventually(() => expect(his.view.membership).toEqual({ kind: "live" }));
  const { key } = hers.send("hello");
  expect(hers.view.entries).toMatchObject([{ key, text: "hello", mine: true, state: { kind: "sending" } }]);
  await eventually(() => expect(hers.view.entries).toMatchObject([{ key, offset: 1, state: { kind: "sent" } }]));
  await eventually(() =>
    expect(his.view.entries).toMatchObject([{ offset: 1, text: "hello", mine: false, author: { user: "kim" } }]),
  );
});

test("[H3] what was said before one came is there, older pages meet it, and what is said now follows", async () => {
  const channel = "live:pages";
  await wire.filled(channel, 250);
  using kim = await person("kim");
  const room = kim.room(channel);
  await eventually(() => expect(room.view.entries).toHaveLength(100));
  expect(room.view.older).toBe("more");
  room.send("now");
  await room.loadOlder();
  await room.loadOlder();
  await eventually(() => expect(texts(room)).toHaveLength(251));
  expect(messages(room).map(({ offset }) => offset)).toEqual(Array.from({ length: 251 }, (_, i) => i + 1));
  expect(room.view.older).toBe("none");
  expect(texts(room).at(-1)).toBe("now");
});

test("[C7] [N1] a visitor stays the same person, and sees how many there are", async () => {
  let kept: string | undefined;
  const identity = {
    read: () => kept,
    write: (value: string) => {
      kept = value;
    },
  };
  const first = connect({ url: wire.socketUrl, identity });
  await eventually(() => expect(first.user).toMatch(/^anon_/));
  first.close();
  const second = connect({ url: wire.socketUrl, identity });
  const room = second.room("live:visitors");
  await eventually(() => expect(room.view.counters?.viewers).toBe(1), { withinMs: 10_000 });
  expect(second.user).toBe(first.user);
  second.close();
});
