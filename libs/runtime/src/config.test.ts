import { expect, test } from "vitest";
import { z } from "zod";
import { readConfig, setting } from "./config.ts";

const shape = z.object({
  WAIT_MS: setting.integer({ least: 100, most: 999_999, unit: "ms" }).default(500),
  WORKERS: setting.integer({ least: 1, most: 99 }).default(1),
  ORIGINS: setting.list(),
});
const read = (environment: object) => readConfig(shape, { ...environment });

test("a setting that is unset or empty has its default", () => {
  expect(read({})).toEqual({ WAIT_MS: 500, WORKERS: 1, ORIGINS: [] });
  expect(read({ WAIT_MS: "", WORKERS: "", ORIGINS: "" })).toEqual({ WAIT_MS: 500, WORKERS: 1, ORIGINS: [] });
});

test("an integer is taken from its least to its most, and whoever sets another is told which", () => {
  expect(read({ WAIT_MS: "100", WORKERS: "99" })).toMatchObject({ WAIT_MS: 100, WORKERS: 99 });
  expect(read({ WAIT_MS: "999999" })).toMatchObject({ WAIT_MS: 999_999 });
  for (const wrong of ["99", "1000000", "1.5", "-100", "1e3", "soon", " 500"])
    expect(() => read({ WAIT_MS: wrong })).toThrow("WAIT_MS: 100 to 999999 ms.");
  expect(() => read({ WORKERS: "0" })).toThrow("WORKERS: 1 to 99.");
});

test("a list has what stands between its commas, without the space around it", () => {
  expect(read({ ORIGINS: "a, b ,,c," }).ORIGINS).toEqual(["a", "b", "c"]);
});

test("every setting at fault is named once", () => {
  expect(() => read({ WAIT_MS: "x", WORKERS: "y" })).toThrow(
    "The settings are wrong. WAIT_MS: 100 to 999999 ms; WORKERS: 1 to 99.",
  );
});
