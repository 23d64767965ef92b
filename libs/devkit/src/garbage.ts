import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** All that nothing holds is gone after it, and weak references say so: they hold until the turn in which they were made is over. */
export async function collectGarbage(): Promise<void> {
  await new Promise(setImmediate);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
}
