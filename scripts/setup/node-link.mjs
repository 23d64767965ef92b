// `.cache/bin/node` is the Node that runs the project: the one that runs this, or else the one that came with the
// dependencies. It is a link to the binary itself, since pnpm's own `node_modules/.bin/node` is a shell script that
// stays in between and does not pass signals on.
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { linkWhole } from "./files.mjs";
import { bin, root } from "./places.mjs";
import { isExecutable } from "./run.mjs";
import { SetupError, say } from "./say.mjs";

// The first that runs TypeScript as it is and has SQLite built in, both without a flag.
const leastMajor = 24;
const link = join(bin, "node");

export const nodeLink = {
  isDone() {
    const wanted = right();
    return wanted !== undefined && isExecutable(link) && realpathSync(link) === realpathSync(wanted);
  },

  do() {
    const wanted = right();
    if (wanted === undefined) {
      throw new SetupError(
        `Madang needs Node ${leastMajor} or newer; this is ${process.version}, and none comes ready-made for ${process.platform} on ${process.arch}.`,
      );
    }
    linkWhole(wanted, link);
    say(`node: using ${wanted}`);
  },
};

function right() {
  if (Number(process.versions.node.split(".")[0]) >= leastMajor) return process.execPath;
  const packaged = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  return isExecutable(packaged) ? packaged : undefined;
}
