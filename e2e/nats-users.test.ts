// Who may do what in NATS, as deploy/nats has it: the services do all that they have to, and nobody does more.
import { described } from "@madang/contracts";
import { eventually, natsLines } from "@madang/devkit";
import { type RoomEvent, Subscriber } from "@madang/subscriber";
import { connect, type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { type NatsUser, type NatsWithUsers, natsWithUsers } from "./support/nats-with-users.ts";
import { type Site, secrets, startService, temporaryFolder } from "./support/processes.ts";
import { type Viewer, viewer } from "./support/viewer.ts";

const room = "live:users";

async function call(gateway: Site, path: string, body?: object, method = body === undefined ? "GET" : "POST") {
  const response = await fetch(`http://${gateway.authority}/api/${path}`, {
    method,
    headers: { "x-api-key": secrets.MADANG_API_KEY },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as { [key: string]: never };
}

const rpc = async (of: Viewer, method: string, data: object) => (await of.client.rpc(method, { channel: room, ...data })).data;

async function connected(nats: NatsWithUsers, user: NatsUser): Promise<NatsConnection> {
  const { hostname, port, username, password } = new URL(nats.urlOf(user));
  const tls = nats.caFile === undefined ? {} : { tls: { caFile: nats.caFile } };
  return connect({ servers: `${hostname}:${port}`, user: username, pass: password, inboxPrefix: `_INBOX_${user}`, ...tls });
}

/** Who is connected, and whether by TLS, as the server sees it. */
async function connections(nats: NatsWithUsers): Promise<{ users: string[]; tls: boolean[] }> {
  const sys = await connected(nats, "sys");
  const answer = await sys.request("$SYS.REQ.SERVER.PING.CONNZ", JSON.stringify({ auth: true }), { timeout: 5_000 });
  await sys.close();
  const { data } = answer.json<{ data: { connections: { authorized_user: string; tls_version?: string }[] } }>();
  const others = data.connections.filter(({ authorized_user }) => authorized_user !== "sys");
  return {
    users: [...new Set(others.map(({ authorized_user }) => authorized_user))].sort(),
    tls: [...new Set(others.map(({ tls_version }) => tls_version !== undefined))],
  };
}

describe.concurrent.each(natsLines)("with the users of deploy/nats, nats-server %s", (line) => {
  // The current one with TLS, the older one without: that has nothing to do with each other, and one start is saved.
  const tls = line === "current";

  test(`every service does what it has to${tls ? ", over TLS" : ""}, and tries nothing that it may not`, async () => {
    await using nats = await natsWithUsers({ line, tls });
    using folder = temporaryFolder();
    const settings = (user: NatsUser) => ({ NATS_URL: nats.urlOf(user), NATS_CA_FILE: nats.caFile ?? "" });
    const database = { DATABASE_URL: `file:${folder.path}/store.sqlite`, MADANG_JANITOR_NATS_URL: nats.urlOf("janitor") };
    await using first = await startService("room", settings("room"));
    const [persistence, gateway] = await Promise.all([
      startService("persistence", { ...settings("persistence"), ...database }),
      startService("gateway", settings("gateway")),
    ]);
    await using _persistence = persistence;
    await using _gateway = gateway;
    const { socketUrl } = gateway;
    await using reader = await Subscriber.connect({ url: nats.urlOf("bot"), caFile: nats.caFile, name: "bot" });
    const events: RoomEvent[] = [];
    await reader.follow({ handle: (event) => void events.push(event) });
    using kim = await viewer(socketUrl, room, { user: "kim" });
    using lee = await viewer(socketUrl, room, { user: "lee", claims: { role: "moderator" } });

    const users = ["bot", "gateway", "janitor", "persistence", "room"];
    expect(await connections(nats)).toEqual({ users, tls: [tls] });

    // Words, cards, blocks, presence, orders, and every kind of question.
    await call(gateway, `rooms/${room}`, { title: "Users", settings: { slowModeMs: 0 } }, "PUT");
    await call(gateway, `rooms/${room}/words`, { rules: [{ pattern: "forbidden", match: "word", action: "mask" }] }, "PUT");
    await kim.subscription.publish({ text: "hello" });
    const { offset } = await rpc(kim, "send", { id: "m-1", data: { text: "to be pinned" } });
    await rpc(lee, "pin", { id: "a-1", offset });
    await rpc(lee, "mute", { id: "a-2", user: "park", seconds: 60 });
    await rpc(lee, "delete", { id: "a-3", offset });
    await rpc(kim, "hearts", { id: "h-1", count: 3 });
    await rpc(kim, "typing", {});
    await kim.client.rpc("block", { user: "park" });
    await kim.client.presence(room);
    await call(gateway, "channels", {});
    await call(gateway, "info", {});
    await call(gateway, "disconnect", { user: "nobody" });
    expect(await call(gateway, "revoke_token", { uid: "nobody's" })).toEqual({ result: {} });
    await call(gateway, `rooms/${room}/events`, {});
    await call(gateway, `rooms/${room}/dry-run`, { rules: [{ pattern: "hello", match: "word", action: "reject" }] });
    await call(gateway, `rooms/${room}/replay`).catch(() => {});

    // What operators look at, and have done.
    const { missing, streams, deadLetters } = (await call(gateway, "operate/overview")) as { [key: string]: unknown };
    expect([missing, deadLetters]).toEqual([[], { count: 0 }]);
    expect((streams as { lagRecords?: number }[]).every(({ lagRecords }) => lagRecords !== undefined)).toBe(true);
    await call(gateway, "operate/actors");
    await call(gateway, `operate/actors/${room}/restart`, {});
    const asService = await connected(nats, "room");
    const letter = { v: 1, source: "projector", room, reason: "a test", body: "" };
    await asService.request("dead-letters", JSON.stringify({ ...letter, sequence: 1, offset: 1 }), { timeout: 5_000 });
    await asService.close();
    expect((await call(gateway, "operate/dead-letters")).letters).toHaveLength(1);
    expect(await call(gateway, "operate/dead-letters/1")).toMatchObject({ letter: { reason: "a test" } });
    expect(await call(gateway, "operate/dead-letters/1/replay", {})).toMatchObject({ done: false });

    // So many that a room which begins anew, and a gateway without a store, read them in one run.
    for (let n = 0; n < 80; n++) await call(gateway, "publish", { channel: room, data: { text: `no ${n}` } });
    const head = kim.seen.at(-1)?.offset ?? 0;
    const page = async () =>
      (await kim.subscription.history({ limit: 1_000, since: { offset: 0, epoch: "" } as never })).publications;
    await eventually(async () => expect((await page()).length).toBeGreaterThan(80));
    await using _second = await startService("room", settings("room"));
    await first.kill();
    await eventually(async () => void (await kim.subscription.publish({ text: "after" })), { withinMs: 15_000 });
    await persistence.stop();
    await eventually(async () => expect((await page()).length).toBeGreaterThan(80), { withinMs: 10_000 });
    expect(kim.seen.at(-1)?.offset).toBeGreaterThan(head);
    await gateway.stop();

    // What takes a full log, or thousands of comments, to happen by itself.
    const [asRoom, asJanitor] = [await connected(nats, "room"), await connected(nats, "janitor")];
    const asPersistence = await connected(nats, "persistence");
    const removed = await asPersistence.request("$JS.API.STREAM.MSG.DELETE.DEAD_LETTERS", JSON.stringify({ seq: 1 }), {
      timeout: 5_000,
    });
    expect(removed.json()).toMatchObject({ success: true });
    await asPersistence.close();
    for (const bucket of ["rooms", "snapshots", "dedupe", "cards"]) {
      const ack = await asRoom.request(`$KV.${bucket}.live.other`, "{}", { timeout: 5_000 });
      expect(ack.json(), bucket).toMatchObject({ stream: `KV_${bucket}` });
    }
    const purged = await asJanitor.request("$JS.API.STREAM.PURGE.ROOMS_0", JSON.stringify({ seq: 1 }), { timeout: 5_000 });
    expect(purged.json()).toMatchObject({ success: true });
    await Promise.all([asRoom.close(), asJanitor.close()]);
    expect(nats.violations()).toEqual([]);

    // What the subscriber saw is all that there was, and as docs/asyncapi.json describes it.
    await eventually(() => expect(events.at(-1)?.data.text).toBe("after"));
    expect(events.map(({ offset }) => offset)).toEqual(Array.from(events, (_, i) => i + 1));
    for (const { type, offset, data, info, tags } of events) {
      const line = { data, ...(info && { info }), offset, tags };
      expect(described.PublicationLine.parse(line)).toEqual(line);
      if (type !== "lost") expect(described.eventData[type].parse(data), type).toEqual(data);
    }
    const types = [...new Set(events.map(({ type }) => type))];
    expect(types).toEqual(expect.arrayContaining(["configured", "opened", "posted", "pinned", "moderated", "deleted"]));
  }, 60_000);
});

/** What each must not do. */
const forbidden: { [U in NatsUser]?: { say: string[]; hear: string[] } } = {
  gateway: {
    say: [
      ...["room.log.0.live:x", "room.live.live:x", "dead-letters", "$KV.cards.live.x", "$KV.rooms.live.x", "$KV.settings.log"],
      ...["$KV.members.room.x", "$JS.API.STREAM.CREATE.ROOMS_0", "$JS.API.STREAM.UPDATE.ROOMS_0", "$JS.API.STREAM.PURGE.ROOMS_0"],
      ...["$JS.API.STREAM.DELETE.ROOMS_0", "$JS.API.STREAM.MSG.DELETE.ROOMS_0", "$JS.API.CONSUMER.DELETE.ROOMS_0.projector"],
    ],
    hear: [
      ...[">", "_INBOX.>", "_INBOX_room.>", "room.cmd.>", "room.log.>", "store.history"],
      ...["operate.>", "operate.actors", "operate.restart", "operate.letters"],
    ],
  },
  room: {
    say: [
      ...[
        "room.live.live:x",
        "$KV.words.live.x",
        "$KV.blocks.x",
        "$KV.revoked.A",
        "$JS.API.STREAM.UPDATE.ROOMS_0",
        "$JS.API.STREAM.PURGE.ROOMS_0",
      ],
      ...["$JS.API.STREAM.DELETE.ROOMS_0", "$JS.API.CONSUMER.DELETE.ROOMS_0.projector", "$KV.members.gateway.x"],
      ...["operate.status", "operate.restart", "operate.letters", "$JS.API.STREAM.MSG.GET.DEAD_LETTERS"],
    ],
    hear: [">", "_INBOX_gateway.>", "room.log.>", "$KV.blocks.>", "$KV.revoked.>", "operate.letters"],
  },
  persistence: {
    say: [
      "room.log.0.live:x",
      "room.cmd.m.live:x",
      "$KV.cards.live.x",
      "$JS.API.STREAM.PURGE.ROOMS_0",
      "$JS.API.STREAM.DELETE.ROOMS_0",
      "$JS.API.STREAM.MSG.DELETE.ROOMS_0",
      "$JS.API.STREAM.PURGE.DEAD_LETTERS",
      "$KV.members.room.x",
      "operate.status",
      "operate.restart",
    ],
    hear: [">", "_INBOX_gateway.>", "room.cmd.>", "operate.actors", "operate.restart"],
  },
  janitor: {
    say: [
      "room.log.0.live:x",
      "$JS.API.STREAM.PURGE.KV_rooms",
      "$JS.API.STREAM.DELETE.ROOMS_0",
      "$JS.API.STREAM.MSG.GET.KV_words",
    ],
    hear: [">", "room.live.*", "_INBOX_gateway.>"],
  },
  bot: {
    say: [
      ...["room.log.0.live:x", "room.live.live:x", "room.signal.live:x", "room.cmd.m.live:x", "gateway.orders", "store.history"],
      ...["operate.status", "operate.actors", "operate.restart", "operate.letters"],
      ...["dead-letters", "$KV.words.live.x", "$KV.cards.live.x", "$KV.members.room.x", "$JS.API.STREAM.CREATE.ROOMS_0"],
      ...["$KV.revoked.A", "$JS.API.STREAM.MSG.GET.KV_revoked"],
      ...["$JS.API.STREAM.PURGE.ROOMS_0", "$JS.API.STREAM.DELETE.ROOMS_0", "$JS.API.STREAM.UPDATE.ROOMS_0"],
      ...["$JS.API.STREAM.MSG.DELETE.ROOMS_0", "$JS.API.STREAM.MSG.GET.KV_words", "$JS.API.STREAM.MSG.GET.KV_settings"],
      ...["$JS.API.DIRECT.GET.KV_words", "$JS.API.CONSUMER.CREATE.KV_words.bot", "$JS.API.CONSUMER.CREATE.ROOMS_0.webhook"],
      ...["$JS.API.CONSUMER.CREATE.ROOMS_0.projector", "$JS.API.CONSUMER.DELETE.ROOMS_0.projector"],
      ...["$JS.API.CONSUMER.MSG.NEXT.ROOMS_0.projector", "$JS.ACK.ROOMS_0.projector.1.1.1.1.1"],
    ],
    hear: [
      ">",
      "_INBOX.>",
      "_INBOX_gateway.>",
      "$KV.>",
      "$KV.words.>",
      "room.cmd.>",
      "room.log.>",
      "gateway.>",
      "operate.>",
      "$JS.>",
    ],
  },
};

test("nobody says or hears more in NATS than their service has to", async () => {
  await using nats = await natsWithUsers();
  for (const [user, { say, hear }] of Object.entries(forbidden)) {
    const connection = await connected(nats, user as NatsUser);
    for (const subject of say) {
      const asked = connection.request(subject, "{}", { timeout: 5_000 });
      await expect(asked, `${user} says ${subject}`).rejects.toThrow("Permissions Violation for Publish");
    }
    for (const subject of hear) {
      const refused = new Promise((resolve) => connection.subscribe(subject, { callback: (error) => resolve(error) }));
      await connection.flush();
      expect(await refused, `${user} hears ${subject}`).toBeInstanceOf(PermissionViolationError);
    }
    await connection.close();
  }
  // The server has seen them all: that it saw none of the services try says something.
  const tried = Object.values(forbidden).reduce((sum, { say, hear }) => sum + say.length + hear.length, 0);
  // It writes them down a moment after it has said so.
  await eventually(() => expect(nats.violations().length).toBe(tried));
});

test("a service that cannot trust the certificate of NATS, or finds no TLS where it is to be, does not start", async () => {
  await using secret = await natsWithUsers({ tls: true });
  await using plain = await natsWithUsers();
  const refused = async (environment: Record<string, string>) => {
    const started = startService("room", environment).then((service) => service[Symbol.asyncDispose]());
    await expect(started).rejects.toThrow(/NATS at .* does not answer/);
  };
  await Promise.all([
    refused({ NATS_URL: secret.urlOf("room") }),
    refused({ NATS_URL: plain.urlOf("room").replace("nats:", "tls:") }),
    refused({ NATS_URL: plain.urlOf("room"), NATS_CA_FILE: secret.caFile ?? "" }),
  ]);
});
