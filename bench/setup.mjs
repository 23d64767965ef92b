// What only the bench needs, brought once: `node bench/setup.mjs`, after `node scripts/setup.mjs --test`.
import { benchPackages, benchRedis } from "../scripts/setup/bench-peers.mjs";
import { withLock } from "../scripts/setup/lock.mjs";
import { SetupError, say } from "../scripts/setup/say.mjs";

const steps = [benchPackages, benchRedis];

async function doAll() {
  for (const step of steps) {
    if (await step.isDone()) continue;
    try {
      await step.do();
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(error.message);
    }
  }
}

const done = await Promise.all(steps.map((step) => step.isDone()));
if (done.includes(false)) await withLock(doAll);
