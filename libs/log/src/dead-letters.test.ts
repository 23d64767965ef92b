import { limits, type RoomId, RoomId as RoomIds, subjects } from "@madang/contracts";
import { testNats } from "@madang/devkit";
import { connect } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { type DeadLetter, DeadLetters } from "./dead-letters.ts";
import { LogUnavailable, OutcomeUnknown } from "./errors.ts";
import { provision } from "./jetstream/provision.ts";

const room: RoomId = RoomIds.parse("live:letters");
const letter = (n: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  source: "projector",
  room,
  reason: `reason ${n}`,
  sequence: n,
  body: Buffer.from(`body ${n}`),
  ...more,
});

async function setUp() {
  const nats = await testNats();
  const connection = await connect({ servers: nats.url });
  await provision(connection, { replicas: 1, maxBytes: 64 * 1024 * 1024 });
  const letters = new DeadLetters(connection);
  const ids = async (options: { before?: number; atMost: number }) => (await letters.newest(options)).map(({ id }) => id);
  const close = async () => {
    await connection.close();
    await nats[Symbol.asyncDispose]();
  };
  return { nats, connection, letters, ids, [Symbol.asyncDispose]: close };
}

describe("dead letters", () => {
  test("come back as they were, the newest first, page by page", async () => {
    await using at = await setUp();
    expect(await at.letters.newest({ atMost: 10 })).toEqual([]);
    expect(await at.letters.summary()).toEqual({ count: 0, newest: undefined });
    expect(await at.letters.at(1)).toBeUndefined();
    for (let n = 1; n <= 25; n++) await at.letters.add(letter(n, n === 7 ? { offset: 70, type: "posted", author: "윤" } : {}));
    expect(await at.ids({ atMost: 3 })).toEqual([25, 24, 23]);
    expect(await at.ids({ before: 23, atMost: 3 })).toEqual([22, 21, 20]);
    expect(await at.ids({ before: 3, atMost: 10 })).toEqual([2, 1]);
    expect(await at.ids({ before: 1, atMost: 10 })).toEqual([]);
    const kept = await at.letters.at(7);
    expect(kept).toEqual({ id: 7, time: expect.any(Number), letter: letter(7, { offset: 70, type: "posted", author: "윤" }) });
    expect(Math.abs((kept?.time ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test("that are removed are gone, and the others are found past them", async () => {
    await using at = await setUp();
    for (let n = 1; n <= 60; n++) await at.letters.add(letter(n));
    for (let n = 3; n <= 58; n++) await at.letters.remove(n);
    // As another person may have done in this moment.
    await at.letters.remove(58);
    await at.letters.remove(1_000);
    expect(await at.ids({ atMost: 3 })).toEqual([60, 59, 2]);
    await at.letters.remove(60);
    expect(await at.letters.summary()).toMatchObject({ count: 3, newest: { id: 59 } });
    expect(await at.ids({ atMost: 10 })).toEqual([59, 2, 1]);
    expect((await at.letters.at(3))?.id).toBe(59);
  });

  test("are kept once, however often they are added for want of an answer", async () => {
    await using at = await setUp();
    for (let tries = 0; tries < 3; tries++) await at.letters.add(letter(1));
    await at.letters.add(letter(2));
    expect(await at.letters.newest({ atMost: 10 })).toHaveLength(2);
  });

  test("are kept however long they are: what is too long is cut, and says so", async () => {
    await using at = await setUp();
    const body = new Uint8Array(1024 * 1024).fill(65);
    await at.letters.add(letter(1, { body, reason: "x".repeat(100_000) }));
    const kept = (await at.letters.at(1))?.letter;
    expect(kept?.cut).toBe(true);
    expect(kept?.body).toHaveLength(limits.deadLetterBodyBytes);
    expect(kept?.reason).toHaveLength(1_000);
  });

  test("that are none are shown as such, and hide no others", async () => {
    await using at = await setUp();
    await at.letters.add(letter(1));
    at.connection.publish(subjects.deadLetters, Buffer.from("what?"));
    at.connection.publish(subjects.deadLetters, Buffer.from(JSON.stringify({ v: 2 })));
    await at.connection.flush();
    expect((await at.letters.newest({ atMost: 10 })).map((kept) => kept.letter?.reason)).toEqual([
      undefined,
      undefined,
      "reason 1",
    ]);
  });

  test("cannot be read while the broker is away, and are kept or not, and that is said", async () => {
    await using at = await setUp();
    await at.nats.kill();
    await expect(at.letters.newest({ atMost: 1 })).rejects.toThrow(LogUnavailable);
    await expect(at.letters.add(letter(1))).rejects.toThrow(OutcomeUnknown);
  });
});
