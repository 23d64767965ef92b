// A minute of what `npm run soak` does for half an hour: on a machine that runs tests, held to what a busy machine does not change.
import { expect, test } from "vitest";
import { run } from "./support/processes.ts";

test("a minute at 60 % of what is possible: in order and complete, with no descriptor left open, and memory bounded", async () => {
  await using soak = run("bench/src/soak/main.ts", {}, ["--minutes", "0.6"]);
  const { code } = await soak.exited;
  expect(soak.output()).toMatch(/^clean$/m);
  expect(code).toBe(0);
  // It looked at every service.
  for (const service of ["persistence", "room", "gateway"]) expect(soak.output()).toContain(`| ${service} |`);
}, 150_000);
