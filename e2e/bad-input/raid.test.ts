// A raid in small: strangers come to a gateway by the hundred while people sit in a room and two of them chat. The same at full size is
// the bench's suite `raid`.
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "@madang/devkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memoryOf } from "../support/memory.ts";
import { type Folder, type Site, startAllInOne, temporaryFolder } from "../support/processes.ts";
import { type Viewer, viewer } from "../support/viewer.ts";
import { BareSocket, upgrade } from "./bare-socket.ts";

const perAddress = 50;
const inAll = 400;
const people = 100;

let folder: Folder;
let site: Site;
const sockets: BareSocket[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  site = await startAllInOne(folder.path, {
    MADANG_LIMITS: "on",
    MADANG_TRUSTED_PROXIES: "127.0.0.1",
    MADANG_MAX_CONNECTIONS: String(inAll),
    MADANG_MAX_CONNECTIONS_PER_IP: String(perAddress),
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await site?.stop();
  folder?.[Symbol.dispose]();
});

/** 101, or the status that it was refused with. */
async function come(address: string): Promise<string> {
  try {
    const socket = await BareSocket.open(site.authority, upgrade(undefined, { "X-Forwarded-For": address }));
    sockets.push(socket);
    socket.write('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"live:raid"}}');
    return "101";
  } catch (error) {
    return (error as Error).message;
  }
}

/** So many come within a second. */
async function raid(count: number, addressOf: (index: number) => string): Promise<Record<string, number>> {
  const answers: Promise<string>[] = [];
  for (let index = 0; index < count; index++) {
    answers.push(come(addressOf(index)));
    if (index % 10 === 9) await sleep(20);
  }
  const all = await Promise.all(answers);
  return Object.fromEntries([...Map.groupBy(all, (one) => one)].map(([one, list]) => [one, list.length]));
}

test("[B2] [B3] a raid from few addresses, then from many: the limits hold, memory too, and people chat on", async () => {
  const crowd: Viewer[] = [];
  for (let n = 0; n < people; n++) crowd.push(await viewer(site.socketUrl, "live:raid", { user: `person-${n}` }));
  const [speaker] = crowd;
  const before = memoryOf(site.pid).nowMb;
  let said = 0;
  let over = false;
  const chat = (async () => {
    while (!over) {
      await speaker?.subscription.publish({ n: ++said });
      await sleep(20);
    }
  })();

  // Ten to an address would be fine; these are two addresses.
  const few = await raid(500, (index) => `198.51.100.${index % 2}`);
  expect(few).toEqual({ 101: 2 * perAddress, 429: 500 - 2 * perAddress });
  // Their own address is refused, and not the next one.
  expect([await come("198.51.100.0"), await come("203.0.113.1")]).toEqual(["429", "101"]);

  const many = await raid(500, (index) => `198.18.${index >> 8}.${index & 255}`);
  const free = inAll - people - 2 * perAddress - 1;
  expect(many).toEqual({ 101: free, 503: 500 - free });

  // Who leaves makes room, by whose place others come in.
  for (const socket of sockets.splice(0)) socket.destroy();
  await eventually(async () => expect(await come("203.0.113.2")).toBe("101"));

  over = true;
  await chat;
  expect(said).toBeGreaterThan(20);
  for (const { seen, subscribed } of crowd) {
    await eventually(() => expect(seen.map(({ data }) => data.n)).toEqual(Array.from({ length: said }, (_, n) => n + 1)));
    expect(subscribed).toHaveLength(1);
  }
  expect(memoryOf(site.pid).nowMb - before).toBeLessThan(150);
  for (const one of crowd) one[Symbol.dispose]();
});
