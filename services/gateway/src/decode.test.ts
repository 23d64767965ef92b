import { describe, expect, test } from "vitest";
import { decodeCommand } from "./decode.ts";

const command = (value: object) => decodeCommand(JSON.stringify(value));

describe("a line from a socket", () => {
  test("[C1] becomes a command with its id, method and request", () => {
    expect(command({ id: 7, publish: { channel: "a", data: { text: "hi" } } })).toEqual({
      kind: "command",
      command: { id: 7, method: "publish", request: { channel: "a", data: { text: "hi" } } },
    });
  });

  test("[S3] may carry flags that nobody knows", () => {
    expect(command({ id: 1, subscribe: { channel: "a", delta: "fossil", tf: { a: 1 }, flag: 3 } })).toMatchObject({
      kind: "command",
      command: { request: { channel: "a" } },
    });
  });

  test("[C8] an empty object is a pong", () => {
    expect(decodeCommand("{}")).toEqual({ kind: "pong" });
  });

  test("[C2] what is no command at all is a violation", () => {
    for (const line of [
      "nope",
      "[]",
      "1",
      "null",
      '"x"',
      '{"id":-1,"ping":{}}',
      '{"id":1.5,"ping":{}}',
      '{"id":4294967296,"ping":{}}',
      '{"id":"1","ping":{}}',
    ]) {
      expect(decodeCommand(line), line).toEqual({ kind: "violation" });
    }
    expect(command({ ping: {} })).toEqual({ kind: "violation" });
    expect(command({ send: { data: 1 } })).toMatchObject({ kind: "command" });
  });

  test("[C10] a command that can be answered with an error is", () => {
    const codeOf = (line: string) => {
      const decoded = decodeCommand(line);
      return decoded.kind === "invalid" ? [decoded.id, decoded.error.code] : decoded.kind;
    };
    expect(codeOf('{"id":1,"dance":{}}')).toEqual([1, 104]);
    expect(codeOf('{"id":2,"ping":{},"rpc":{}}')).toEqual([2, 107]);
    expect(codeOf('{"id":3,"subscribe":{}}')).toEqual([3, 107]);
    expect(codeOf('{"id":4,"subscribe":null}')).toEqual([4, 107]);
    expect(codeOf('{"id":5,"publish":{"channel":"a","data":[1]}}')).toEqual([5, 107]);
    expect(codeOf('{"id":6,"publish":{"channel":"a","data":{"__proto__":1}}}')).toEqual([6, 107]);
    expect(codeOf('{"id":7,"history":{"channel":"a","limit":-2}}')).toEqual([7, 107]);
    expect(codeOf('{"id":8,"subscribe":{"channel":"a","offset":-1}}')).toEqual([8, 107]);
    expect(codeOf('{"id":9,"constructor":{}}')).toEqual([9, 104]);
  });
});
