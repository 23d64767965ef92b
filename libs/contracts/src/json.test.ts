import { describe, expect, test } from "vitest";
import { parseJson } from "./json.ts";

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

  test("[P8] is refused for numbers that would change on the way", () => {
    expect(flawOf('{"id":9007199254740993}')).toBe("unsafe-number");
    expect(flawOf('{"n":1e400}')).toBe("unsafe-number");
    expect(flawOf('{"n":-1e999}')).toBe("unsafe-number");
    expect(flawOf('{"id":9007199254740991,"pi":3.141592653589793,"big":1e300}')).toBe("none");
    expect(flawOf('{"id":"9007199254740993"}')).toBe("none");
  });

  test("is refused when it is no JSON", () => {
    for (const text of ["", "nope", "{", '{"a":1,}', "{'a':1}", "NaN", '{"a":\u0001}']) expect(flawOf(text)).toBe("not-json");
  });
});
