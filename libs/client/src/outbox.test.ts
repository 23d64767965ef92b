import { eventually } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { MadangError } from "./errors.ts";
import type { MessageState } from "./model.ts";
import { maxWaiting, Outbox } from "./outbox.ts";

/** A server that answers as it is told, one question at a time. */
function outbox(answer: (id: string) => object | Promise<object>) {
  const asked: string[] = [];
  const settled: [key: string, kind: MessageState["kind"], offset?: number][] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const ask = async (_: string, { id }: { id: string }) => {
    asked.push(id);
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    try {
      return await answer(id);
    } finally {
      atOnce--;
    }
  };
  const made = new Outbox("live:lobby", { ask } as never, (key, state, offset) =>
    settled.push(offset === undefined ? [key, state.kind] : [key, state.kind, offset]),
  );
  const say = (id: string) => made.add({ key: `own-${id}`, id, data: { text: id } });
  return { made, say, asked, settled, mostAtOnce: () => mostAtOnce };
}

describe("an outbox", () => {
  test("sends one message after the other, also when one is refused or fails", async () => {
    let offset = 0;
    const { say, asked, settled, mostAtOnce } = outbox(async (id) => {
      await new Promise((resolve) => setTimeout(resolve, id === "a" ? 20 : 1));
      if (id === "b") return { refused: { code: 1103, message: "you have just said the same" } };
      if (id === "c") throw new MadangError(107, "bad request");
      return id === "d" ? { offset: ++offset, held: true } : { offset: ++offset };
    });
    for (const id of ["a", "b", "c", "d", "e"]) say(id);
    await eventually(() => expect(settled).toHaveLength(5));
    expect(asked).toEqual(["a", "b", "c", "d", "e"]);
    expect(mostAtOnce()).toBe(1);
    expect(settled).toEqual([
      ["own-a", "sent", 1],
      ["own-b", "refused"],
      ["own-c", "failed"],
      ["own-d", "held", 2],
      ["own-e", "sent", 3],
    ]);
  });

  test("holds a bounded number, and says so of those beyond", () => {
    const { say, settled } = outbox(() => new Promise(() => {}));
    for (let n = 0; n < maxWaiting + 2; n++) say(`m${n}`);
    expect(settled).toEqual([
      [`own-m${maxWaiting}`, "failed"],
      [`own-m${maxWaiting + 1}`, "failed"],
    ]);
  });

  test("does not send what was discarded before its turn", async () => {
    const first = Promise.withResolvers<object>();
    const { made, say, asked, settled } = outbox((id) => (id === "a" ? first.promise : { offset: 2 }));
    for (const id of ["a", "b", "c"]) say(id);
    made.drop("own-b");
    first.resolve({ offset: 1 });
    await eventually(() => expect(settled).toHaveLength(2));
    expect(asked).toEqual(["a", "c"]);
  });
});
