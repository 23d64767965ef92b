// `npm run test:long`: everything that `npm test` runs, then what takes too long for it: 50,000 simulated lives, a minute of a flood on
// the live page, half an hour of faults with outages of 10 s, each of them once with nats-server 2.10, the database away for three
// minutes under load, a rolling upgrade from the commit before (or MADANG_FORMER_RELEASE), and half an hour of soak. About an hour and a
// half; the exit code says whether all of it passed.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bin, cache, root } from "./setup/places.mjs";

const node = join(bin, "node");
const seed = String(Date.now() % 1_000_000);
const faults = join(root, "e2e/faults/main.ts");
const steps = [
  { what: "npm test", command: [process.execPath, join(root, "scripts/test.mjs")] },
  {
    what: "50,000 lives",
    command: [process.execPath, join(root, "scripts/test.mjs"), "services/room/src/simulation"],
    env: { MADANG_SIM_RUNS: "50000" },
  },
  {
    what: "a minute of a flood on the live page",
    command: [process.execPath, join(root, "scripts/test.mjs"), "e2e/faces/live-place.test.ts"],
    env: { MADANG_FLOOD_SECONDS: "60" },
  },
  { what: "faults", command: [node, faults, "--seed", seed, "--minutes", "30"] },
  {
    what: "faults, with nats-server 2.10",
    command: [node, faults, "--seed", seed, "--minutes", "0"],
    env: { MADANG_NATS_SERVER: process.env.MADANG_OLDER_NATS_SERVER || join(cache, "nats-server-2.10") },
  },
  {
    what: "a long outage",
    command: [node, faults, "--seed", seed, "--minutes", "0", "--only", "database away", "--outage", "180"],
  },
  {
    what: "a rolling upgrade",
    command: [node, faults, "--seed", seed, "--minutes", "0", "--from", process.env.MADANG_FORMER_RELEASE || "HEAD~1"],
  },
  { what: "a soak", command: [node, join(root, "bench/src/soak/main.ts"), "--minutes", "30"] },
];

const failed = steps.filter(({ what, command: [program, ...args], env }) => {
  process.stdout.write(`\n== ${what}\n`);
  return spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } }).status !== 0;
});
process.stdout.write(`\n${failed.length === 0 ? "all passed" : `failed: ${failed.map(({ what }) => what).join(", ")}`}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
