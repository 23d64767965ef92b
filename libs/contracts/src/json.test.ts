import { describe, expect, test } from "vitest";
import { isDeeperThan, parseJson } from "./json.ts";

const flawOf = (text: string) => {
  const result = parseJson(text);
  return result.ok ? "none" : result.flaw;
};

describe("JSON from outside", () => {
  test("[P8] is refused for a key __proto__ at any depth, and pollutes nothing", () => {
    expect(flawOf('{"__proto__":{"admin":true}}')).toBe("forbidden-key");
    expect(flawOf('{"a":[{"b":{"__proto__":1}}]}')).toBe("forbidden-key");
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test("[P8] is refused when nested too deeply, be it a thousand levels or as many as a frame holds", () => {
    expect(flawOf("[".repeat(1000) + "]".repeat(1000))).toBe("too-deep");
    expect(flawOf("[".repeat(32_000) + "]".repeat(32_000))).toBe("too-deep");
    expect(flawOf("[".repeat(30) + "]".repeat(30))).toBe("none");
  });

  test("[P8] data has at most so many levels, itself included", () => {
    const levels = (n: number): unknown => (n === 0 ? 1 : { x: levels(n - 1) });
    expect(isDeeperThan(32, levels(32))).toBe(false);
    expect(isDeeperThan(32, levels(33))).toBe(true);
    expect(isDeeperThan(0, 1)).toBe(false);
    expect(isDeeperThan(1, [[]])).toBe(true);
  });

  test("[P8] is refused for numbers that would change on the way", () => {
    expect(flawOf('{"id":9007199254740993}')).toBe("unsafe-number");
    for (const spelled of [
      "9007199254740993.0",
      "90071992547409931e2",
      "-9007199254740993",
      "900719925474099.3e1",
      "9.007199254740993E15",
    ]) {
      expect(flawOf(`{"id":${spelled}}`), spelled).toBe("unsafe-number");
    }
    expect(flawOf('{"n":1e400}')).toBe("unsafe-number");
    expect(flawOf('{"n":-1e999}')).toBe("unsafe-number");
    expect(flawOf('{"id":9007199254740991,"pi":3.14159265358979323846,"big":1e300,"at":1795747518929.1234}')).toBe("none");
    expect(flawOf('{"id":"9007199254740993"}')).toBe("none");
  });

  test("is refused when it is no JSON", () => {
    for (const text of ["", "nope", "{", '{"a":1,}', "{'a':1}", "NaN", '{"a":\u0001}']) expect(flawOf(text)).toBe("not-json");
  });
});
