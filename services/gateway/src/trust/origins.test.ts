import { expect, test } from "vitest";
import { isOriginPattern, Origins } from "./origins.ts";

const host = "chat.example:8000";
const site = new Origins({ allowed: ["https://shop.example", "https://*.live.example:8443"], loopback: false });

test.each([
  [undefined, true],
  ["https://chat.example:8000", true],
  ["http://chat.example:8000", true],
  ["https://shop.example", true],
  ["https://a.live.example:8443", true],
  ["https://a.b.live.example:8443", true],
  ["https://live.example:8443", false],
  ["https://a.live.example", false],
  ["http://a.live.example:8443", false],
  ["https://evillive.example:8443", false],
  ["https://shop.example.evil.example", false],
  ["http://shop.example", false],
  ["https://shop.example:444", false],
  ["https://shop.example/", false],
  ["https://kim@shop.example", false],
  ["http://localhost:5173", false],
  ["null", false],
  ["", false],
  ["nonsense", false],
])("[C18] a page from %s: let in is %s", (origin, isLetIn) => {
  expect(site.allow({ origin, host })).toBe(isLetIn);
});

test("[C18] on loopback every page of this machine is let in, and no other", () => {
  const home = new Origins({ allowed: [], loopback: true });
  for (const origin of ["http://localhost:5173", "http://127.0.0.1:3000", "http://[::1]:3000", "http://app.localhost"])
    expect(home.allow({ origin, host: "127.0.0.1:8000" }), origin).toBe(true);
  expect(home.allow({ origin: "http://evil.example:8000", host: "evil.example:8000" })).toBe(false);
  for (const origin of ["https://evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "null"])
    expect(home.allow({ origin, host: "127.0.0.1:8000" }), origin).toBe(false);
});

test("[C18] * is everybody", () => {
  expect(new Origins({ allowed: ["*"], loopback: false }).allow({ origin: "https://any.example", host })).toBe(true);
});

test("what can be in the list", () => {
  expect(["*", "https://shop.example", "http://a:8080", "https://*.shop.example"].every(isOriginPattern)).toBe(true);
  expect(
    ["shop.example", "https://shop.example/", "https://*", "https://a.*.example", "", "*.example"].filter(isOriginPattern),
  ).toEqual([]);
});
