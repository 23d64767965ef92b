import { describe, expect, test } from "vitest";
import { commandOf, wishOf } from "./options.ts";

const names = ["room owner kill -9", "room owner hangs (SIGSTOP)", "database away"];
const wish = (...args: string[]) => wishOf(args, { names, newSeed: 77 });

describe("npm run faults", () => {
  test("lives for five minutes from a new seed if nothing is said", () => {
    expect(wish()).toEqual({ kind: "live", options: { seed: 77, minutes: 5, only: "", outageMs: 10_000 } });
  });

  test("does as it is told", () => {
    const options = { seed: 7, minutes: 0.5, only: "room owner", outageMs: 180_000 };
    expect(wish("--seed", "7", "--minutes", "0.5", "--only", "room owner", "--outage", "180")).toEqual({ kind: "live", options });
  });

  test("upgrades from a revision, alone", () => {
    expect(wish("--from", "main~3")).toMatchObject({ kind: "live", options: { from: "main~3", only: "" } });
    expect(wish("--from", "main", "--only", "database")).toMatchObject({
      kind: "refused",
      text: expect.stringContaining("--only"),
    });
    expect(wish("--from", "")).toMatchObject({ kind: "refused" });
  });

  test("refuses a fault that is not there, and lists those that are", () => {
    const refused = wish("--only", "room owner hungs");
    expect(refused).toMatchObject({ kind: "refused", text: expect.stringContaining('No fault has "room owner hungs"') });
    for (const name of names) expect(refused).toMatchObject({ text: expect.stringContaining(`  ${name}\n`) });
  });

  test.each([
    [["--seed", "abc"], "--seed"],
    [["--seed", "1.5"], "--seed"],
    [["--seed", ""], "--seed"],
    [["--minutes", "-1"], "--minutes"],
    [["--minutes=-1"], "--minutes"],
    [["--minutes", "soon"], "--minutes"],
    [["--outage", "0"], "--outage"],
    [["--ounly", "x"], "--ounly"],
    [["database"], "database"],
  ])("refuses %j in words", (args, named) => {
    expect(wish(...args)).toMatchObject({ kind: "refused", text: expect.stringMatching(new RegExp(`${named}[\\s\\S]*usage: `)) });
  });

  test.each(["--help", "-h"])("%s says how it is used, and what can be chosen", (flag) => {
    expect(wish(flag)).toMatchObject({ kind: "help", text: expect.stringMatching(/^usage: [\s\S]*database away\n$/) });
  });

  test("says how to live a life again, in words that it takes", () => {
    const options = { seed: 1, minutes: 5, only: "room owner", outageMs: 4_000 };
    expect(commandOf(9, options, "")).toBe('npm run faults -- --seed 9 --minutes 0 --outage 4 --only "room owner"');
    expect(commandOf(9, { ...options, only: "", from: "v0.1" }, "")).toBe(
      "npm run faults -- --seed 9 --minutes 0 --outage 4 --from v0.1",
    );
    expect(commandOf(9, { ...options, only: "" }, "bin/nats")).toBe(
      "MADANG_NATS_SERVER=bin/nats npm run faults -- --seed 9 --minutes 0 --outage 4",
    );
  });
});
