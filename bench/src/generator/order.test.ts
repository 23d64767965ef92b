import { describe, expect, test } from "vitest";
import { digestOf, Order } from "./order.ts";

function orderOf(...seen: [offset: number, id: string][]): Order {
  const order = new Order();
  for (const [offset, id] of seen) order.see(offset, id);
  return order;
}

describe("an order", () => {
  test("is the same, however it was heard of", () => {
    const order = orderOf([2, "b"], [1, "a"], [3, "c"], [2, "b"]);
    expect(order.digest()).toBe(digestOf(["a", "b", "c"]));
    expect(order.gaps).toBe(0);
    expect(order.conflicts).toBe(0);
  });

  test("knows that two were told different things", () => {
    expect(orderOf([1, "a"], [2, "b"], [2, "c"]).conflicts).toBe(1);
    expect(orderOf([1, "b"], [2, "a"]).digest()).not.toBe(digestOf(["a", "b"]));
  });

  test("knows what nobody was told of", () => {
    const order = orderOf([1, "a"], [4, "d"]);
    expect(order.gaps).toBe(2);
    expect(order.digest()).not.toBe(digestOf(["a", "d"]));
  });
});
