import { noQuota } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { Admission, type AdmissionOptions } from "./admission.ts";

const none = Number.POSITIVE_INFINITY;
const admission = (most: Partial<AdmissionOptions["limits"]>, now = () => 0) =>
  new Admission({
    limits: { connections: none, connectionsPerIp: none, newConnections: noQuota, newConnectionsPerIp: noQuota, ...most },
    now,
  });
const outcome = (answer: ReturnType<Admission["admit"]>) => (typeof answer === "string" ? answer : "in");
const many = (count: number, admit: () => ReturnType<Admission["admit"]>) => {
  const all = Array.from({ length: count }, () => outcome(admit()));
  return Object.fromEntries([...Map.groupBy(all, (one) => one)].map(([one, list]) => [one, list.length]));
};

describe("[B2] how many are here", () => {
  test("of one address, and no other has less for it", () => {
    const door = admission({ connectionsPerIp: 3 });
    expect(many(5, () => door.admit("a"))).toEqual({ in: 3, "address-full": 2 });
    expect(many(5, () => door.admit("b"))).toEqual({ in: 3, "address-full": 2 });
  });

  test("in all", () => {
    const door = admission({ connections: 4 });
    let n = 0;
    expect(many(6, () => door.admit(`a${n++}`))).toEqual({ in: 4, full: 2 });
  });

  test("a place that is given back is free again, and once only", () => {
    const door = admission({ connectionsPerIp: 2, connections: 2 });
    const leave = door.admit("a");
    door.admit("a");
    if (typeof leave === "string") throw new Error(leave);
    leave();
    leave();
    expect(door.connections).toBe(1);
    expect(many(3, () => door.admit("a"))).toEqual({ in: 1, "address-full": 2 });
  });

  test("an address that nobody has, as on this machine, counts for all alone", () => {
    const door = admission({ connectionsPerIp: 1, connections: 3, newConnectionsPerIp: { perS: 1, burst: 1 } });
    expect(many(5, () => door.admit(undefined))).toEqual({ in: 3, full: 2 });
  });
});

describe("[B3] how many come in a second", () => {
  test("of one address; what is refused takes nothing from others", () => {
    let now = 0;
    const door = admission({ newConnectionsPerIp: { perS: 10, burst: 20 }, newConnections: { perS: 10, burst: 25 } }, () => now);
    expect(many(1_000, () => door.admit("flood"))).toEqual({ in: 20, "address-rate": 980 });
    expect(many(5, () => door.admit("other"))).toEqual({ in: 5 });
    now = 1_000;
    expect(many(1_000, () => door.admit("flood"))).toEqual({ in: 10, "address-rate": 990 });
  });

  test("of all", () => {
    let n = 0;
    let now = 0;
    const door = admission({ newConnections: { perS: 10, burst: 20 } }, () => now);
    expect(many(100, () => door.admit(`a${n++}`))).toEqual({ in: 20, rate: 80 });
    now = 500;
    expect(many(100, () => door.admit(`a${n++}`))).toEqual({ in: 5, rate: 95 });
  });
});
