import { expect, test, vi } from "vitest";
import { Listeners } from "./listeners.ts";

test("one who throws harms neither others nor who tells, and their error comes up by itself", () => {
  const later = vi.spyOn(globalThis, "setTimeout").mockReturnValue(0 as never);
  const listeners = new Listeners<number>();
  const heard: number[] = [];
  listeners.add(() => {
    throw new Error("a fault of a page");
  });
  const end = listeners.add((value) => heard.push(value));
  listeners.tell(1);
  end();
  listeners.tell(2);
  const [[raise]] = later.mock.calls as [[() => void]];
  later.mockRestore();
  expect(heard).toEqual([1]);
  expect(raise).toThrow("a fault of a page");
});
