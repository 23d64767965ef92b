/** A result as tables on the screen and, where asked for, in `docs/performance.md` with its plots. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bench, project } from "../places.ts";
import type { Result } from "../result.ts";
import { suites } from "../suites/index.ts";
import { plotOf } from "./plots.ts";
import { type Row, rowsOf } from "./rows.ts";
import { tableOf } from "./tables.ts";

const page = join(project, "docs/performance.md");
const plots = join(project, "docs/performance");

export function sectionsOf({ runs }: Pick<Result, "runs">): Map<string, Row[]> {
  const bySuite = Map.groupBy(runs, ({ suite }) => suite);
  // A suite with another number of viewers has it in its name.
  const ratioOf = (name: string) => suites.find((suite) => name.replace(/-\d+$/, "") === suite.name)?.ratio;
  return new Map([...bySuite].map(([name, ofSuite]) => [name, rowsOf(ofSuite, ratioOf(name))]));
}

export function textOf(result: Result): string {
  return [...sectionsOf(result)].map(([name, rows]) => `\n## ${name}\n\n${tableOf(rows)}\n`).join("");
}

/** Fills what stands between the marks of each suite on the page, and draws its plot. Answers what it wrote. */
export async function writeDocs(result: Result): Promise<string[]> {
  const svg = await drawing();
  mkdirSync(plots, { recursive: true });
  let text = readFileSync(page, "utf8");
  const written = [page];
  for (const [name, rows] of sectionsOf(result)) {
    const file = join(plots, `${name}.svg`);
    writeFileSync(file, `${await svg(plotOf(name, rows))}\n`);
    written.push(file);
    const begin = `<!-- bench: ${name} -->`;
    const end = `<!-- end: ${name} -->`;
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    const filled = `${begin}\n\n${tableOf(rows)}\n\n${conditionsOf(result)}\n\n![${name}](performance/${name}.svg)\n\n${end}`;
    text = from < 0 || to < 0 ? `${text}\n${filled}\n` : text.slice(0, from) + filled + text.slice(to + end.length);
  }
  writeFileSync(page, text);
  format(page);
  return written;
}

/** As the project's own check wants it. */
export function format(file: string): void {
  execFileSync(
    process.execPath,
    [join(project, "node_modules/@biomejs/biome/bin/biome"), "format", "--write", "--no-errors-on-unmatched", file],
    {
      cwd: project,
      stdio: "ignore",
    },
  );
}

function conditionsOf({ date, machine, versions, quick, leftOut }: Result): string {
  const short = quick ? " **A short look: for nothing but to see that it works.**" : "";
  const missing = leftOut.map(({ name, why }) => ` Left out: ${name}, since ${why}.`).join("");
  return `_${date.slice(0, 10)}, ${versions.madang}, Node ${versions.node}, ${versions.natsServer}; ${machine.cores} cores of ${machine.cpu}, ${machine.system}._${short}${missing}`;
}

/** The drawing library is one of the bench's own packages. */
async function drawing(): Promise<(plot: unknown) => Promise<string>> {
  const { svg } = (await import(pathToFileURL(join(bench, "peers/draw.mjs")).href)) as {
    svg: (plot: unknown) => Promise<string>;
  };
  return svg;
}
