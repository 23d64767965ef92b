import { expect, test } from "vitest";
import { ApiKeys, readApiKeys, scopes } from "./api-keys.ts";

test("[A1] each key is for what it was made for, and others are none", () => {
  const keys = new ApiKeys([
    { key: "the-site's-own-server", scopes },
    { key: "a-dashboard-that-reads", scopes: ["read"] },
  ]);
  expect([...(keys.scopesOf("the-site's-own-server") ?? [])]).toEqual([...scopes]);
  expect([...(keys.scopesOf("a-dashboard-that-reads") ?? [])]).toEqual(["read"]);
  for (const other of ["", "a-dashboard-that-read", "a-dashboard-that-reads ", "A-DASHBOARD-THAT-READS"])
    expect(keys.scopesOf(other)).toBeUndefined();
});

test("keys are read with what they are for", () => {
  expect(readApiKeys("0123456789abcdef:read, 0123456789:abcdef:publish+read")).toEqual([
    { key: "0123456789abcdef", scopes: ["read"] },
    { key: "0123456789:abcdef", scopes: ["read", "publish"] },
  ]);
  expect(readApiKeys("")).toEqual([]);
  for (const wrong of [
    "0123456789abcdef",
    "short:read",
    "0123456789abcdef:",
    "0123456789abcdef:all",
    "0123456789abcdef:read+read",
  ])
    expect(readApiKeys(wrong), wrong).toBeUndefined();
});
