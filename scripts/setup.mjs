// Makes a fresh checkout ready to run: `node scripts/setup.mjs`, or with `--test` also ready to be tested.
//
// It runs on plain Node 20 before anything is installed, so it uses nothing but Node itself. Each step looks whether
// it is done, and a run with nothing to do takes no longer than that look.
import { browser } from "./setup/browser.mjs";
import { dependencies } from "./setup/dependencies.mjs";
import { deployTools } from "./setup/deploy-tools.mjs";
import { withLock } from "./setup/lock.mjs";
import { natsServer } from "./setup/nats-server.mjs";
import { nodeLink } from "./setup/node-link.mjs";
import { olderNatsServer } from "./setup/older-nats-server.mjs";
import { prismaClient } from "./setup/prisma-client.mjs";
import { promtool } from "./setup/promtool.mjs";
import { SetupError, say } from "./setup/say.mjs";
import { testDatabase } from "./setup/test-database.mjs";
import { webPages } from "./setup/web-pages.mjs";

const forTests = process.argv.includes("--test");

// What only some tests need must not keep the others from running: those tests say themselves what is missing.
const steps = [
  { step: dependencies },
  { step: nodeLink },
  { step: prismaClient },
  { step: webPages },
  { step: natsServer, isOptional: forTests },
  { step: deployTools, isOptional: true },
  { step: olderNatsServer, isOptional: true },
  { step: testDatabase, isOptional: true },
  { step: promtool, isOptional: true },
  { step: browser, isOptional: true },
];

async function allDone() {
  for (const { step } of steps) {
    if (!(await step.isDone({ forTests }))) return false;
  }
  return true;
}

async function doAll() {
  for (const { step, isOptional } of steps) {
    // Asked again: another setup may have done it while this one waited.
    if (await step.isDone({ forTests })) continue;
    try {
      await step.do({ forTests });
    } catch (error) {
      if (!isOptional || !(error instanceof SetupError)) throw error;
      say(error.message);
    }
  }
}

try {
  if (!(await allDone())) await withLock(doAll);
} catch (error) {
  process.stderr.write(`setup: ${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
