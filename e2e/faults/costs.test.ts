import { describe, expect, test } from "vitest";
import { Costs } from "./costs.ts";

const result = (name: string, stallMs: number, waitMs = stallMs) => ({
  name,
  stallMs,
  waitMs,
  limitMs: 100,
  measured: undefined,
  tookMs: 0,
});
const head = "| fault | times | longest stall | limit | longest wait of a sender |\n| --- | --- | --- | --- | --- |\n";
const again = (seed: number) => `live ${seed}`;

describe("what faults cost", () => {
  test("is the worst of all lives", () => {
    const costs = new Costs();
    costs.add(1, result("a", 100, 150));
    costs.add(2, result("b", 7));
    costs.add(2, result("a", 40));
    expect(costs.over).toBe(false);
    expect(costs.text(again)).toBe(`${head}| a | 2 | 100 ms | 100 ms | 150 ms |\n| b | 1 | 7 ms | 100 ms | 7 ms |\n`);
  });

  test("is marked where it is over the limit, and the life in which it first was can be lived again", () => {
    const costs = new Costs();
    costs.add(1, result("a", 40));
    costs.add(2, result("a", 101));
    costs.add(3, result("a", 300));
    expect(costs.over).toBe(true);
    expect(costs.text(again)).toBe(`${head}| a | 3 | 300 ms **over** | 100 ms | 300 ms |\n\nover its limit: a; again: live 2\n`);
  });
});
