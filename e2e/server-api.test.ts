// What a site's own server asks of two gateways at once.
import { eventually } from "@madang/devkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Folder, type Site, secrets, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { type Message, type RawSocket, rawSocket } from "./support/raw-socket.ts";
import { tokenFor } from "./support/viewer.ts";

let folder: Folder;
let madang: Site;
beforeAll(async () => {
  folder = temporaryFolder();
  madang = await startAllInOne(folder.path, { MADANG_GATEWAYS: "2" });
  await eventually(async () => expect((await api("info", {})).result.nodes).toHaveLength(2));
}, 60_000);
afterAll(async () => {
  await madang[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function api(method: string, body: object): Promise<Message> {
  const headers = { "X-API-Key": secrets.MADANG_API_KEY };
  const response = await fetch(`http://${madang.authority}/api/${method}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return response.json();
}

/** Sockets that watch a room, until both gateways have some. */
async function watching(user: string, channel: string): Promise<RawSocket[]> {
  const nodes = new Set<string>();
  const sockets: RawSocket[] = [];
  while (nodes.size < 2 && sockets.length < 50) {
    const socket = await rawSocket(madang.socketUrl, { connect: false });
    socket.send({ id: 1, connect: { token: await tokenFor(user) } });
    nodes.add((await socket.next()).connect.node);
    socket.send({ id: 2, subscribe: { channel } });
    await socket.next();
    sockets.push(socket);
  }
  expect(nodes.size).toBe(2);
  return sockets;
}

describe("the server API", () => {
  test("[A8] [A9] sees who watches on all gateways", async () => {
    const sockets = await watching("kim", "live:seen");
    const { result } = await api("channels", {});
    expect(result.channels["live:seen"]).toMatchObject({ num_clients: sockets.length });
    expect(Object.values((await api("presence", { channel: "live:seen" })).result.presence)).toHaveLength(sockets.length);
    for (const socket of sockets) socket[Symbol.dispose]();
    await eventually(async () => expect((await api("channels", {})).result.channels).not.toHaveProperty("live:seen"));
  });

  test("[A13] [N1] tells what is counted in a room that nobody watches, to the last heart", async () => {
    const of = async (room: string) =>
      fetch(`http://${madang.authority}/api/rooms/${room}`, { headers: { "X-API-Key": secrets.MADANG_API_KEY } });
    using socket = await rawSocket(madang.socketUrl);
    for (const channel of ["live:unseen", "live:hearts-only"]) {
      if (channel === "live:unseen") for (const text of ["one", "two"]) await api("publish", { channel, data: { text } });
      socket.send({ id: 9, rpc: { method: "hearts", data: { channel, id: "h1", count: 7 } } });
      expect((await socket.next()).rpc.data).toEqual({ counted: 7 });
      const { counters } = (await (await of(channel)).json()) as Message;
      expect(counters).toMatchObject({ comments: channel === "live:unseen" ? 2 : 0, hearts: { "❤️": 7 }, viewers: 0 });
    }
    expect((await of("live:nothing-there")).status).toBe(404);
  });

  test("[A10] ends what a user watches, and closes a user's connections, on all gateways", async () => {
    const sockets = await watching("lee", "live:ended");
    const [stays] = await watching("park", "live:ended");
    expect(await api("unsubscribe", { user: "lee", channel: "live:ended" })).toEqual({ result: {} });
    for (const socket of sockets)
      expect(await socket.next()).toEqual({
        push: { channel: "live:ended", unsubscribe: { code: 2000, reason: "banned" } },
      });
    expect(await api("disconnect", { user: "lee" })).toEqual({ result: {} });
    for (const socket of sockets) expect((await socket.closed).code).toBe(3503);
    stays?.send({ id: 3, ping: {} });
    expect(await stays?.next()).toEqual({ id: 3, ping: {} });
  });

  test("[A7] [A11] speaks in many rooms, and asks much at once", async () => {
    const { result } = await api("broadcast", { channels: ["live:b1", "live:b2"], data: { text: "all" }, idempotency_key: "b" });
    expect(result.responses).toMatchObject([{ result: { offset: 1 } }, { result: { offset: 1 } }]);
    const commands = [
      { publish: { channel: "live:b1", data: { text: "again" }, idempotency_key: "b" } },
      { history: { channel: "live:b1", limit: 10 } },
    ];
    expect((await api("batch", { commands })).result.replies).toMatchObject([
      { publish: { offset: 1 } },
      { history: { offset: 1, publications: [{ data: { text: "all" } }] } },
    ]);
  });
});
