import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { testNats } from "./nats.ts";

const greeting = (port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(String(data));
    });
  });

describe("a nats-server for a test", () => {
  test("answers, and comes back on its port after a crash", async () => {
    await using nats = await testNats();
    expect(await greeting(nats.port)).toContain('"jetstream":true');
    const { port, pid } = nats;
    await nats.kill();
    await expect(greeting(port)).rejects.toThrow();
    await nats.restart();
    expect(nats.port).toBe(port);
    expect(nats.pid).not.toBe(pid);
    expect(await greeting(port)).toContain("INFO");
  });

  test("is not the only one", async () => {
    await using one = await testNats();
    await using other = await testNats();
    expect(one.port).not.toBe(other.port);
  });
});
