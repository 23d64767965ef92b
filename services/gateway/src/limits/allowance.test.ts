import { expect, test } from "vitest";
import type { Command } from "../decode.ts";
import { Allowance, type Allowed } from "./allowance.ts";
import { noLimits, type SocketLimits } from "./door-limits.ts";
import { Quotas } from "./quotas.ts";

let now = 0;
const allowance = (some: Partial<SocketLimits>, addresses?: Quotas, address?: string) =>
  new Allowance({ limits: { ...noLimits.socket, ...some }, addresses, now: () => now }, address);
const ping = { id: 1, method: "ping", request: {} } as Command;
const history = { id: 1, method: "history", request: { channel: "a" } } as Command;
const rpc = (method: string) => ({ id: 1, method: "rpc", request: { method } }) as Command;
const counted = (count: number, ask: () => Allowed) => {
  const all = Array.from({ length: count }, ask);
  return (["allowed", "refused", "flood"] as const).map((kind) => all.filter((one) => one === kind).length);
};

test("[B5] commands beyond the rate are refused, and who goes on is a flood", () => {
  now = 0;
  const one = allowance({ commands: { perS: 10, burst: 20 }, refusals: { perS: 1, burst: 30 } });
  expect(counted(60, () => one.command(ping))).toEqual([20, 30, 10]);
  now = 1_000;
  expect(counted(12, () => one.command(undefined))).toEqual([10, 1, 1]);
});

test("[B5] what makes others work has a rate of its own, which speaking does not use up", () => {
  now = 0;
  const one = allowance({ questions: { perS: 1, burst: 3 } });
  const questions = [history, rpc("replay"), rpc("events"), rpc("info"), rpc("nonsense")];
  expect(questions.map((command) => one.command(command))).toEqual(["allowed", "allowed", "allowed", "refused", "refused"]);
  for (const method of ["send", "hearts", "typing"]) expect(one.command(rpc(method))).toBe("allowed");
  expect(one.command(ping)).toBe("allowed");
});

test("[B5] sockets of one address share a rate, and the others have theirs", () => {
  now = 0;
  const quotas = new Quotas({ quota: { perS: 1, burst: 5 }, most: 10 });
  const of = (address: string) => allowance({}, quotas, address);
  const [one, two, other] = [of("a"), of("a"), of("b")];
  expect(counted(4, () => one.command(ping))).toEqual([4, 0, 0]);
  expect(counted(4, () => two.command(ping))).toEqual([1, 3, 0]);
  expect(counted(4, () => other.command(ping))).toEqual([4, 0, 0]);
});

test("[B5] who shares an address with a flood is refused, and never closed for it", () => {
  now = 0;
  const quotas = new Quotas({ quota: { perS: 0.001, burst: 5 }, most: 10 });
  const [flood, neighbour] = [1, 2].map(() => allowance({ refusals: { perS: 0.001, burst: 3 } }, quotas, "a"));
  flood && counted(5, () => flood.command(ping));
  expect(neighbour && counted(20, () => neighbour.command(ping))).toEqual([0, 20, 0]);
});

test("[B6] bytes and pings have bounds", () => {
  now = 0;
  const one = allowance({ bytesIn: { perS: 100, burst: 1_000 }, controls: { perS: 1, burst: 2 } });
  expect([one.bytes(900), one.bytes(101), one.bytes(100)]).toEqual([true, false, true]);
  expect([one.control(), one.control(), one.control()]).toEqual([true, true, false]);
});

test("[B6] what was not used for a while is forgotten, and no more is allowed for it", () => {
  now = 0;
  const one = allowance({ commands: { perS: 1, burst: 2 }, controls: { perS: 1, burst: 2 } });
  expect(counted(3, () => one.command(ping))[0]).toBe(2);
  now = 1_000;
  // Not full yet: a pong gives nothing back.
  expect(one.control()).toBe(true);
  expect(counted(3, () => one.command(ping))[0]).toBe(1);
  now = 10_000;
  expect([one.control(), one.control(), one.control()]).toEqual([true, true, false]);
  expect(counted(5, () => one.command(ping))[0]).toBe(2);
});
