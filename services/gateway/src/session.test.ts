import { EventEmitter } from "node:events";
import type { RoomClient } from "@madang/bus";
import { DisconnectCode, limits } from "@madang/contracts";
import { eventAt, eventually } from "@madang/devkit";
import { createLogger, currentTrace, type Trace, untraced } from "@madang/runtime";
import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Gateway } from "./gateway.ts";
import { commandHandlers } from "./handlers.ts";
import { Identities } from "./identity.ts";
import { RoomView } from "./room-view.ts";
import { Session } from "./session.ts";
import { SocketTable } from "./socket-table.ts";
import { noBlocks } from "./test-viewer.ts";
import { Traffic } from "./traffic.ts";
import { marksOf, type TokenMarks } from "./trust/token-marks.ts";

const secret = "a-secret-for-tests-only";

/** A socket that remembers what was sent and how it was closed. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  closed: [number, string] | undefined;
  send(frame: string | Buffer): void {
    this.sent.push(...frame.toString().split("\n"));
  }
  close(code: number, reason: string): void {
    this.readyState = 2;
    this.closed = [code, reason];
  }
  terminate(): void {
    this.readyState = 3;
  }
}

function session(
  rooms: Partial<Pick<RoomClient, "ask">> = {},
  {
    tracing = untraced,
    logger = createLogger("test", "silent"),
    good = () => true,
    watching = async () => {},
  }: Partial<Pick<Gateway, "tracing" | "logger" | "good">> & { watching?: () => Promise<void> } = {},
) {
  const socket = new FakeSocket();
  const viewers = new Set();
  const feed = {
    position: { offset: 2, epoch: "e" },
    join: (viewer: object) => void viewers.add(viewer),
    leave: (viewer: object) => viewers.delete(viewer),
    audience: 1,
    head: { offset: 2, epoch: "e" },
    view: new RoomView(),
    recent: () => [1, 2].map((offset) => eventAt(offset, Buffer.from(JSON.stringify("x".repeat(100_000))))),
    recall: async () => {},
  };
  const gateway = {
    self: "gateway-x",
    bus: { publish: () => {} },
    hub: { watch: () => watching().then(() => feed) },
    blocks: noBlocks,
    existence: { check: async () => {} },
    rooms,
    identities: new Identities({ secret, anonymous: true }),
    logger,
    traffic: new Traffic(),
    tracing,
    good,
    now: Date.now,
    pingIntervalMs: 25_000,
  } as unknown as Gateway;
  const one = new Session({
    socket: socket as never,
    handlers: commandHandlers(gateway),
    logger: gateway.logger,
    now: gateway.now,
    traffic: gateway.traffic,
    table: new SocketTable({ traffic: gateway.traffic }),
  });
  const say = async (command: object) => {
    const before = socket.sent.length;
    one.handleFrame(JSON.stringify(command));
    // In real time: signatures are checked in threads that fake time does not reach.
    await eventually(() => {
      if (socket.sent.length === before && socket.closed === undefined) throw new Error("no answer");
    });
  };
  return { socket, one, say, viewers, traffic: gateway.traffic };
}

const token = (claims: object) =>
  new SignJWT({ sub: "kim", ...claims }).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

test("a command that is followed has a trace from its arrival to its answer, also in the log; one whose room fails, too", async () => {
  const heard: unknown[] = [];
  const ids = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
  const begin = (name: string) => {
    heard.push(name);
    return { ...ids, fail: (why: string) => heard.push(why), end: () => heard.push("end") } as unknown as Trace;
  };
  const lines: string[] = [];
  const { say } = session(
    {
      ask: async () => {
        heard.push(currentTrace()?.traceId);
        throw new TypeError("a bug");
      },
    },
    { tracing: { ...untraced, begin }, logger: createLogger("test", "error", (line) => void lines.push(line)) },
  );
  await say({ id: 1, connect: {} });
  await say({ id: 2, ping: {} });
  await say({ id: 3, publish: { channel: "live:a", data: {} } });
  await eventually(() => expect(heard).toEqual(["publish", ids.traceId, "error 100", "end"]));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: "command failed", trace_id: ids.traceId, span_id: ids.spanId, error: { message: "a bug" } },
  ]);
});

describe("what is counted of a session", () => {
  test("are its commands by method, its errors by code, its frames with their bytes, and how it ended", async () => {
    const { socket, one, say, traffic } = session({ ask: async () => ({ kind: "unavailable" }) });
    await say({ id: 1, connect: {} });
    await say({ id: 2, ping: {} });
    await say({ id: 3, rpc: { method: "send", data: { channel: "live:a", id: "m", data: {} } } });
    await say({ id: 4, rpc: { method: "nonsense", data: {} } });
    await say({ id: 5, dance: {} });
    one.ping();
    one.close(DisconnectCode.slow);
    one.handleClosed();
    expect(Object.fromEntries(traffic.commands)).toEqual({ connect: 1, ping: 1, "rpc send": 1, "rpc unknown": 1 });
    expect(Object.fromEntries(traffic.refusals)).toEqual({ 1000: 1, 104: 2 });
    expect(Object.fromEntries(traffic.closes)).toEqual({ 3008: 1 });
    expect(traffic).toMatchObject({ pings: 1, framesSent: socket.sent.length });
    const payload = socket.sent.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    expect(traffic.bytesSent - payload).toBeGreaterThanOrEqual(2 * socket.sent.length);
  });

  test("are refusals that an rpc answers as values, too", async () => {
    const refusal = { code: 1101, message: "muted in this room", temporary: false };
    const { say, traffic } = session({ ask: async () => ({ v: 1, kind: "refused", refusal }) });
    await say({ id: 1, connect: {} });
    await say({ id: 2, rpc: { method: "send", data: { channel: "live:a", id: "m", data: {} } } });
    expect(Object.fromEntries(traffic.refusals)).toEqual({ 1101: 1 });
  });

  test("is a close by its client as such", async () => {
    const { one, say, traffic } = session();
    await say({ id: 1, connect: {} });
    one.handleClosed();
    expect(Object.fromEntries(traffic.closes)).toEqual({ 0: 1 });
  });
});

describe("what comes with connect", () => {
  test("[C3] waits its turn behind the connect reply, be it good or not", async () => {
    const { socket, one } = session();
    const lines = [
      { id: 1, connect: {} },
      { id: 2, dance: {} },
      { id: 3, ping: {} },
    ].map((command) => JSON.stringify(command));
    one.handleFrame(lines.join("\n"));
    await eventually(() => expect(socket.sent).toHaveLength(3));
    expect(socket.sent.map((line) => JSON.parse(line).id)).toEqual([1, 2, 3]);
    expect(JSON.parse(socket.sent[1] ?? "").error.code).toBe(104);
  });

  test("[C2] [C6] is a command before connect when the connect failed", async () => {
    const { socket, one } = session();
    const expired = await token({ exp: inSeconds(-60) });
    one.handleFrame(
      [
        { id: 1, connect: { token: expired } },
        { id: 2, ping: {} },
      ]
        .map((command) => JSON.stringify(command))
        .join("\n"),
    );
    await eventually(() => expect(socket.closed).toEqual([3501, "bad request"]));
    expect(socket.sent).toEqual(['{"id":1,"error":{"code":109,"message":"token expired"}}']);
  });

  test("[C6] after an expired token the same socket may try again", async () => {
    const { socket, say } = session();
    await say({ id: 1, connect: { token: await token({ exp: inSeconds(-60) }) } });
    await say({ id: 2, connect: { token: await token({}) } });
    expect(socket.sent.map((line) => JSON.parse(line))).toMatchObject([{ error: { code: 109 } }, { id: 2, connect: {} }]);
  });
});

test("[C16] [C19] nobody connects while NATS is away: what was revoked meanwhile is not known; the same socket may try again", async () => {
  let good = false;
  const { socket, say } = session({}, { good: () => good });
  await say({ id: 1, connect: { token: await token({}) } });
  good = true;
  await say({ id: 2, connect: { token: await token({}) } });
  expect(socket.sent.map((line) => JSON.parse(line))).toMatchObject([
    { id: 1, error: { code: 100, temporary: true } },
    { id: 2, connect: {} },
  ]);
});

describe("what came with a revoked token", () => {
  const of = (jti: string) => {
    const { token } = marksOf({ user: "kim", jti });
    return (marks: TokenMarks) => marks.token === token;
  };

  test("[C19] is closed with 3500, unless it came with another one or has been refreshed with a newer one", async () => {
    const { socket, one, say } = session();
    // Nobody is there yet.
    one.endRevoked(() => true);
    expect(socket.closed).toBeUndefined();
    await say({ id: 1, connect: { token: await token({ jti: "first" }) } });
    await say({ id: 2, refresh: { token: await token({ jti: "second" }) } });
    one.endRevoked(of("first"));
    expect(socket.closed).toBeUndefined();
    one.endRevoked(of("second"));
    expect(socket.closed).toEqual([3500, "invalid token"]);
  });

  test("[C19] is, of a subscription, ended with 2001, and its connection and the others stay", async () => {
    const { socket, one, say, viewers } = session();
    await say({ id: 1, connect: { token: await token({ jti: "connection" }) } });
    for (const [id, channel] of ["live:a", "live:b"].entries())
      await say({ id: id + 2, subscribe: { channel, token: await token({ channel, jti: channel }) } });
    await say({ id: 4, subscribe: { channel: "live:c" } });
    await say({ id: 5, sub_refresh: { channel: "live:b", token: await token({ channel: "live:b", jti: "newer" }) } });
    expect(viewers.size).toBe(3);
    for (const jti of ["live:a", "live:b"]) one.endRevoked(of(jti));
    const ended = (channel: string) =>
      JSON.stringify({ push: { channel, unsubscribe: { code: 2001, reason: "invalid token" } } });
    await eventually(() => expect(socket.sent.at(-1)).toBe(ended("live:a")));
    expect([viewers.size, socket.closed]).toEqual([2, undefined]);
    one.endRevoked(of("newer"));
    await eventually(() => expect(socket.sent.at(-1)).toBe(ended("live:b")));
    expect([viewers.size, socket.closed]).toEqual([1, undefined]);
  });

  test("[C19] does not get in while it still joins: it is told to come again, and hears then that it may not", async () => {
    const joining = Promise.withResolvers<void>();
    let asked = false;
    const watching = () => {
      asked = true;
      return joining.promise;
    };
    const { one, say, socket, viewers } = session({}, { watching });
    await say({ id: 1, connect: { token: await token({ jti: "connection" }) } });
    const subscribe = { channel: "live:a", token: await token({ channel: "live:a", jti: "s" }) };
    one.handleFrame(JSON.stringify({ id: 2, subscribe }));
    await eventually(() => expect(asked).toBe(true));
    one.endRevoked(of("s"));
    joining.resolve();
    const said = { id: 2, error: { code: 100, temporary: true } };
    await eventually(() => expect(JSON.parse(socket.sent.at(-1) ?? "")).toMatchObject(said));
    expect(viewers.size).toBe(0);
  });
});

describe("a session that is to finish", () => {
  const send = (id: number) => ({ id, rpc: { method: "send", data: { channel: "live:a", id: `m${id}`, data: { text: "hi" } } } });

  test("[C14] takes nothing more, answers what it has, and is closed with 3001 then", async () => {
    let answer = () => {};
    const asked: unknown[] = [];
    const ask = (_: unknown, command: unknown) => {
      asked.push(command);
      return new Promise<never>((resolve) => {
        answer = () => resolve({ v: 1, kind: "ok", offset: 1, epoch: "e", duplicate: false } as never);
      });
    };
    const { socket, one, say } = session({ ask: ask as never });
    await say({ id: 1, connect: { token: await token({}) } });
    one.handleFrame(JSON.stringify(send(2)));
    await eventually(() => expect(asked).toHaveLength(1));
    let finished = false;
    const finishing = one.finish(DisconnectCode.shutdown).then(() => {
      finished = true;
    });
    one.handleFrame(JSON.stringify(send(3)));
    await new Promise(setImmediate);
    expect([socket.closed, finished, asked.length]).toEqual([undefined, false, 1]);
    answer();
    await finishing;
    expect(socket.sent.slice(1).map((line) => JSON.parse(line).id)).toEqual([2]);
    expect(socket.closed).toEqual([3001, "shutdown"]);
  });

  test("[C14] is closed at once when it has no command, when the time of one is over, and when the socket is gone", async () => {
    const idle = session();
    await idle.one.finish(DisconnectCode.shutdown);
    expect(idle.socket.closed).toEqual([3001, "shutdown"]);

    const ask = (() => new Promise<never>(() => {})) as never;
    const [slow, gone] = [session({ ask }), session({ ask })];
    for (const { one, say } of [slow, gone]) {
      await say({ id: 1, connect: { token: await token({}) } });
      one.handleFrame(JSON.stringify(send(2)));
    }
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const late = slow.one.finish(DisconnectCode.shutdown);
    const left = gone.one.finish(DisconnectCode.shutdown);
    gone.one.handleClosed();
    await left;
    expect([slow.socket.closed, gone.socket.closed]).toEqual([undefined, undefined]);
    await vi.advanceTimersByTimeAsync(limits.commandDeadlineMs);
    await late;
    expect(slow.socket.closed).toEqual([3001, "shutdown"]);
    vi.useRealTimers();
  });
});

describe("the time a session has", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => void vi.useRealTimers());

  test("[C4] without a connect it is closed with 3502 after 10 s, and not before", async () => {
    const { socket } = session();
    await vi.advanceTimersByTimeAsync(limits.connectWithinMs - 1);
    expect(socket.closed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.closed).toEqual([3502, "stale"]);
  });

  test("[C9] an expired connection is closed with 3005 after 25 s of grace, unless it is refreshed", async () => {
    const left = session();
    await left.say({ id: 1, connect: { token: await token({ exp: inSeconds(60) }) } });
    expect(left.socket.sent[0]).toContain('"connect"');
    const kept = session();
    await kept.say({ id: 1, connect: { token: await token({ exp: inSeconds(60) }) } });
    await kept.say({ id: 2, refresh: { token: await token({ exp: inSeconds(600) }) } });
    await vi.advanceTimersByTimeAsync(84_000);
    expect(left.socket.closed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(left.socket.closed).toEqual([3005, "connection expired"]);
    expect(kept.socket.closed).toBeUndefined();
  });

  test("[S9] an expired subscription ends with an unsubscribe push of 2501, and the connection stays", async () => {
    const { socket, say, viewers } = session();
    await say({ id: 1, connect: {} });
    const { user } = JSON.parse(socket.sent[0] ?? "").connect.data;
    await say({
      id: 2,
      subscribe: { channel: "live:a", token: await token({ sub: user, channel: "live:a", exp: inSeconds(60) }) },
    });
    expect(viewers.size).toBe(1);
    await vi.advanceTimersByTimeAsync(86_000);
    expect(socket.sent.at(-1)).toBe('{"push":{"channel":"live:a","unsubscribe":{"code":2501,"reason":"subscription expired"}}}');
    expect(viewers.size).toBe(0);
    expect(socket.closed).toBeUndefined();
  });

  test("a close that the peer does not answer is cut after 5 s", async () => {
    const { socket, one } = session();
    one.close({ code: 3001, reason: "shutdown" });
    await vi.advanceTimersByTimeAsync(limits.closeHandshakeMs);
    expect(socket.readyState).toBe(3);
  });
});

describe("who speaks", () => {
  test("[C17] rooms hear the token's role and the account's age in ms, and the newer token's after a refresh", async () => {
    const asked: object[] = [];
    const { say } = session({
      ask: async (_, command) => {
        asked.push(command);
        return { kind: "unavailable" };
      },
    });
    const publish = { channel: "live:a", data: {} };
    await say({ id: 1, connect: { token: await token({ rooms: { "live:a": "moderator" }, registered_at: 1_700_000_000.5 }) } });
    await say({ id: 2, publish });
    await say({ id: 3, publish: { ...publish, channel: "live:b" } });
    await say({ id: 4, refresh: { token: await token({ role: "owner" }) } });
    await say({ id: 5, publish });
    const by = { author: "kim", info: { user: "kim" } };
    expect(asked).toMatchObject([
      { ...by, role: "moderator", registeredAt: 1_700_000_000_500 },
      { ...by, role: "viewer", registeredAt: 1_700_000_000_500 },
      { ...by, role: "owner" },
    ]);
    expect(asked[2]).not.toHaveProperty("registeredAt");
  });
});

test("[C12] a client that reads nothing of what it recovers recovers no more: it cannot fill the gateway", async () => {
  const { socket, say } = session();
  await say({ id: 1, connect: {} });
  const recovered = { channel: "live:a", recover: true, offset: 0, epoch: "e" };
  let id = 1;
  let waiting = 0;
  for (let round = 0; round < 100; round++) {
    await say({ id: ++id, subscribe: recovered });
    if (socket.sent.at(-1)?.includes('"code":111')) break;
    waiting += 200_000;
    socket.bufferedAmount = waiting;
    await say({ id: ++id, unsubscribe: { channel: "live:a" } });
  }
  expect(waiting).toBeGreaterThan(limits.recoveryWaitingBytes);
  expect(waiting).toBeLessThan(limits.recoveryWaitingBytes + 1_000_000);
  expect(socket.closed).toBeUndefined();
  // Whoever reads may go on.
  socket.bufferedAmount = 0;
  await say({ id: ++id, subscribe: recovered });
  expect(socket.sent.at(-1)).toContain('"recovered":true');
});
