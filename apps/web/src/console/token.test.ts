import { describe, expect, test } from "vitest";
import { claimsOf } from "./token.ts";

const token = (claims: object) =>
  `e30.${btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(claims))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")}.x`;

describe("what a token says", () => {
  test("is its user, and whether they operate the site", () => {
    expect(claimsOf(token({ sub: "김-Kim" }))).toEqual({ user: "김-Kim", operator: false });
    expect(claimsOf(token({ sub: "kim", operator: true }))).toEqual({ user: "kim", operator: true });
    expect(claimsOf(token({ sub: "kim", operator: "true" }))).toEqual({ user: "kim", operator: false });
  });

  test("is nothing where it is none", () => {
    expect([undefined, "", "kim", "a.b.c", token({}), token({ sub: 1 })].map(claimsOf)).toEqual(Array(6).fill(undefined));
  });
});
