/** What each service is to whoever runs it: a main of its own, or the all-in-one. */
import type { Logger } from "./logger.ts";
import { StartError } from "./start-error.ts";

export interface Service {
  /** Whether it can do its work right now. */
  ready(): boolean;
  /** Takes nothing new and finishes what it holds, within a deadline of its own. */
  drain(): Promise<void>;
  /** Lets go of everything. After `drain`, or without it when there is no time. Never throws. */
  close(): Promise<void>;
}

/**
 * Runs a service until SIGINT or SIGTERM, then drains and closes it. A second signal ends the process at once. A failing start is
 * one sentence on standard error and exit code 1.
 */
export async function runService(name: string, logger: Logger, start: () => Promise<Service>): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  let service: Service | undefined;
  let leaving = false;
  const leave = async (signal: string) => {
    if (leaving) process.exit(1);
    leaving = true;
    // While it starts there is nothing to drain: what it has opened is closed as soon as it is there.
    if (service === undefined) return;
    logger.info({ signal }, "draining");
    await service.drain().catch((error: unknown) => logger.error({ error }, "drain failed"));
    await service.close();
    logger.info("stopped");
    process.exit(0);
  };
  for (const signal of signals) process.on(signal, () => void leave(signal));
  try {
    service = await start();
  } catch (error) {
    exitWith(name, error, logger);
    return;
  }
  if (!leaving) return;
  await service.close();
  process.stderr.write(`${name} was stopped while it was starting.\n`);
  process.exit(1);
}

function exitWith(name: string, error: unknown, logger: Logger): void {
  if (error instanceof StartError) {
    process.stderr.write(`${error.message}\n`);
    if (error.cause !== undefined) logger.debug({ error: error.cause }, "cause");
  } else {
    logger.fatal({ error }, `${name} cannot start`);
    process.stderr.write(`${name} cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  process.exit(1);
}
