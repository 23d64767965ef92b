import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { cuttable } from "./cuttable.ts";
import { eventually } from "./eventually.ts";

/** A road to a place that says everything back, and a way to go on it. */
async function setUp() {
  const there = new Set<Socket>();
  const server = createServer((socket) => {
    there.add(socket.on("close", () => there.delete(socket)));
    socket.on("error", () => {}).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const road = await cuttable((server.address() as AddressInfo).port);
  const travel = async () => {
    const socket = connect(road.port, "127.0.0.1").setEncoding("utf8");
    let heard = "";
    socket
      .on("error", () => {})
      .on("data", (text: string) => {
        heard += text;
      });
    await once(socket, "connect");
    return { socket, heard: () => heard };
  };
  const close = async () => {
    await road[Symbol.asyncDispose]();
    server.close();
  };
  return { road, there, travel, [Symbol.asyncDispose]: close };
}

describe("a road that can be cut", () => {
  test("carries both ways, and after a cut only those who come anew", async () => {
    await using at = await setUp();
    const one = await at.travel();
    one.socket.write("a");
    await eventually(() => expect(one.heard()).toBe("a"));
    at.road.cut();
    await once(one.socket, "close");
    at.road.mend();
    const two = await at.travel();
    two.socket.write("b");
    await eventually(() => expect(two.heard()).toBe("b"));
  });

  test("stalled, is silent to those on it, hides that one side left, and carries whoever comes anew", async () => {
    await using at = await setUp();
    const [stays, leaves] = [await at.travel(), await at.travel()];
    for (const { socket } of [stays, leaves]) socket.write("a");
    await eventually(() => expect([stays.heard(), leaves.heard()]).toEqual(["a", "a"]));
    at.road.stall();
    stays.socket.write("b");
    leaves.socket.destroy();
    await once(leaves.socket, "close");
    const comes = await at.travel();
    // By the time that this one is answered, the others would have been.
    comes.socket.write("c");
    await eventually(() => expect(comes.heard()).toBe("c"));
    expect(stays.heard()).toBe("a");
    expect(at.there.size).toBe(3);
    at.road.bury();
    await once(stays.socket, "close");
    await eventually(() => expect(at.there.size).toBe(1));
    comes.socket.write("d");
    await eventually(() => expect(comes.heard()).toBe("cd"));
  });

  test("takes longer when told so, and keeps the order also when it is quick again", async () => {
    await using at = await setUp();
    const one = await at.travel();
    at.road.delay(100);
    const sentAt = performance.now();
    one.socket.write("a");
    await eventually(() => expect(one.heard()).toBe("a"));
    // Both ways; a timer may be a millisecond early.
    expect(performance.now() - sentAt).toBeGreaterThan(198);
    for (const letter of "bcd") {
      one.socket.write(letter);
      await new Promise((resolve) => setTimeout(resolve, 10));
      at.road.delay(0);
    }
    await eventually(() => expect(one.heard()).toBe("abcd"));
  });
});
