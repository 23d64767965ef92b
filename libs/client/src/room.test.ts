import { eventually } from "@madang/devkit";
import { expect, onTestFinished, test, vi } from "vitest";
import { Caller } from "./caller.ts";
import { Room } from "./room.ts";

/** A transport that says what a test wants it to say. */
function roomOf(history: (since: { offset: number; epoch: string }) => object[]) {
  const handlers = new Map<string, (context: unknown) => void>();
  const subscription = {
    on(event: string, handler: (context: unknown) => void) {
      handlers.set(event, handler);
      return subscription;
    },
    subscribe() {},
  };
  const centrifuge = {
    state: "connected",
    on() {},
    getSubscription: () => null,
    newSubscription: () => subscription,
    rpc: () => new Promise(() => {}),
    history: async (_: string, { since }: { since: { offset: number; epoch: string } }) => ({ publications: history(since) }),
  } as never;
  const me = () => ({ user: "me", name: "me" });
  const room = new Room("live:lobby", { centrifuge, caller: new Caller(centrifuge), me, left() {} });
  const subscribed = (offset: number, epoch: string, recovered = false) =>
    handlers.get("subscribed")?.({ streamPosition: { offset, epoch }, recovered });
  return { room, subscribed, hear: (publication: object) => handlers.get("publication")?.(publication) };
}

const posted = (offset: number) => ({
  data: { text: `text ${offset}` },
  offset,
  info: { user: "kim" },
  tags: { type: "posted", id: `id${offset}`, time: "5" },
});
const brief = (room: Room) => room.view.entries.map((entry) => ("offset" in entry ? [entry.kind, entry.offset] : [entry.kind]));

test("[S6] [S10] in another life of the log the timeline begins anew, and says so", async () => {
  const { room, subscribed, hear } = roomOf(({ epoch }) =>
    epoch === "one" ? [posted(2), posted(1)] : [posted(302), posted(301)],
  );
  subscribed(2, "one");
  hear(posted(3));
  await eventually(() =>
    expect(brief(room)).toEqual([
      ["message", 1],
      ["message", 2],
      ["message", 3],
    ]),
  );
  subscribed(302, "two");
  await eventually(() =>
    expect(room.view.entries).toMatchObject([{ kind: "notice", type: "rewound" }, { offset: 301 }, { offset: 302 }]),
  );
});

test("a view changes at most once in a frame, however much happens, and is the same until then", async () => {
  const { room, subscribed, hear } = roomOf(() => []);
  subscribed(0, "one");
  await eventually(() => expect(room.view.membership.kind).toBe("live"));
  let told = 0;
  room.subscribe(() => told++);
  const before = room.view;
  for (let offset = 1; offset <= 500; offset++) hear(posted(offset));
  expect(room.view).toBe(before);
  await eventually(() => expect(room.view.entries).toHaveLength(500));
  expect(told).toBeLessThan(3);
});

test("[V9] somebody whom one does not want to hear is not seen to write either", async () => {
  const { room, subscribed, hear } = roomOf(() => []);
  const types = (user: string) => hear({ data: { user }, tags: { type: "typing" } });
  subscribed(0, "one");
  types("kim");
  types("lee");
  await eventually(() => expect(room.view.typing).toEqual(["kim", "lee"]));
  room.hide("kim", true);
  types("kim");
  await eventually(() => expect(room.view.typing).toEqual(["lee"]));
});

test("the past that cannot be read is not asked for all the time, though a page asks for it whenever there is more", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  const { room, subscribed } = roomOf(() => {
    asked++;
    throw { code: 107, message: "bad request" };
  });
  const problems: string[] = [];
  room.on("problem", ({ what }) => problems.push(what));
  room.subscribe(() => {
    if (room.view.older === "more") void room.loadOlder();
  });
  subscribed(500, "one");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBeGreaterThan(2);
  expect(asked).toBeLessThan(8);
  expect(problems).toHaveLength(asked);
});
