/** `npm run bench:report`: a result that was kept, again as tables, and with `--docs` into docs/performance.md with its plots. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bench } from "../places.ts";
import type { Result } from "../result.ts";
import { latestResult } from "./latest.ts";
import { textOf, writeDocs } from "./write.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { docs: { type: "boolean", default: false } } });
for (const file of positionals.length > 0 ? positionals : [latestResult(join(bench, "results"))]) {
  const result = JSON.parse(readFileSync(file, "utf8")) as Result;
  process.stdout.write(textOf(result));
  if (values.docs) for (const written of await writeDocs(result)) process.stdout.write(`${written}\n`);
}
