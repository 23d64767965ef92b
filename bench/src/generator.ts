/** The load, in a process of its own: `generator.ts SUITE TARGET`, forked by `main.ts`, which gets the measurements. */
import type { Target } from "./suite.ts";
import { suites } from "./suites/index.ts";

const [name = "", target = "{}"] = process.argv.slice(2);
const suite = suites[name];
if (suite === undefined) throw new Error(`no suite ${name}`);
// Whoever asked is gone.
process.once("disconnect", () => process.exit(1));
const measurements = await suite(JSON.parse(target) as Target);
process.send?.(measurements, () => process.exit(0));
