import { testNats } from "@madang/devkit";
import { ClosedConnectionError, connect, headers, NoRespondersError, TimeoutError } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Requests } from "./requests.ts";

describe("requests", () => {
  let nats: Awaited<ReturnType<typeof testNats>>;
  beforeAll(async () => {
    nats = await testNats();
  });
  afterAll(() => nats[Symbol.asyncDispose]());
  const bytes = (text: string) => Buffer.from(text);

  test("bring each asker its own answer, however many are under way and in whatever order they are answered", async () => {
    const connection = await connect({ servers: nats.url });
    const held: (() => void)[] = [];
    connection.subscribe("echo", {
      callback: (_, message) => {
        held.push(() => message.respond(`${message.string()} ${message.headers?.get("n")}`));
        if (held.length === 100) for (const answer of held.reverse()) answer();
      },
    });
    const requests = new Requests(connection);
    const ask = (n: number) => {
      const fields = headers();
      fields.set("n", String(n));
      return requests.request("echo", bytes(`ask ${n}`), { timeout: 5_000, headers: fields });
    };
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n)));
    expect(answers.map((answer) => answer.string())).toEqual(Array.from({ length: 100 }, (_, n) => `ask ${n} ${n}`));
    await connection.close();
  });

  test("fail when nobody listens, when nobody answers in time, and when the connection is closed", async () => {
    const connection = await connect({ servers: nats.url });
    const requests = new Requests(connection);
    await expect(requests.request("nobody", bytes(""), { timeout: 5_000 })).rejects.toThrow(NoRespondersError);
    let late = () => {};
    connection.subscribe("silent", {
      callback: (_, message) => {
        late = () => void message.respond("late");
      },
    });
    await expect(requests.request("silent", bytes(""), { timeout: 50 })).rejects.toThrow(TimeoutError);
    // An answer that comes after its time is nobody's, and harms nobody.
    late();
    await connection.flush();
    const open = requests.request("silent", bytes(""), { timeout: 60_000 });
    const closed = expect(open).rejects.toThrow(ClosedConnectionError);
    await connection.close();
    await closed;
    await expect(requests.request("silent", bytes(""), { timeout: 50 })).rejects.toThrow(ClosedConnectionError);
  });
});
