// One thing, several places to get it from: each is tried in order, and the person sees which and why not.
import { reason, SetupError, say } from "./say.mjs";

/** The result of the first source that works. Undefined entries stand for sources that this machine cannot have. */
export async function firstThatWorks(name, sources, helpYourself) {
  for (const source of sources) {
    if (source === undefined) continue;
    say(`${name}: trying ${source.what}`);
    try {
      return await source.get();
    } catch (error) {
      say(`  not from there: ${reason(error)}`);
    }
  }
  throw new SetupError(helpYourself);
}
