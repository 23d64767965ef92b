// Generates the typed database client from the schema. It is code of ours in all but its author, and not committed.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readText } from "./files.mjs";
import { bin, root } from "./places.mjs";
import { run } from "./run.mjs";
import { SetupError, say } from "./say.mjs";
import { Stamp } from "./stamp.mjs";

const folder = "services/persistence";
const schema = `${folder}/prisma/schema.prisma`;
const stamp = new Stamp("prisma", () => [schema, `${folder}/prisma.config.ts`, `${folder}/package.json`]);

export const prismaClient = {
  isDone() {
    const text = readText(join(root, schema));
    if (text === undefined) return true;
    const output = /^\s*output\s*=\s*"([^"]+)"/m.exec(text)?.[1];
    return stamp.fits() && (output === undefined || existsSync(resolve(root, folder, "prisma", output)));
  },

  async do() {
    say("database client: generating");
    try {
      await run(join(bin, "node"), [join(root, "scripts/prisma.mjs"), "generate"], { cwd: root, withinMs: 120_000 });
    } catch (error) {
      throw new SetupError(`The database client could not be generated: ${error.message}`);
    }
    stamp.set();
  },
};
