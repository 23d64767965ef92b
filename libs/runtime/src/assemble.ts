import { Closers } from "./closers.ts";
import type { Logger } from "./logger.ts";
import { StartError } from "./start-error.ts";

/**
 * Builds something out of parts that must be closed. When a part fails, those before it are closed, and the failure is one sentence:
 * its own, or one that begins with `what`. Otherwise `close` closes all, the last one first.
 *
 * @throws StartError
 */
export async function assemble<T extends object>(
  { what, logger }: { what: string; logger: Logger },
  build: (closers: Closers) => Promise<T>,
): Promise<T & { close(): Promise<void> }> {
  const closers = new Closers();
  const close = () => closers.close((error) => logger.warn({ error }, "not closed"));
  try {
    return Object.assign(await build(closers), { close });
  } catch (error) {
    await close();
    if (error instanceof StartError) throw error;
    throw new StartError(`${what} cannot start: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
