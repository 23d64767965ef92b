/** What each service is to whoever runs it: a main of its own, or the all-in-one. */
import { createLogger } from "./logger.ts";
import { StartError } from "./start-error.ts";

export interface Service {
  /** Whether it can do its work right now. */
  ready(): boolean;
  /** Takes nothing new and finishes what it holds, within a deadline of its own. */
  drain(): Promise<void>;
  /** What draining and closing may take together, ms: then the process is ended. 25 s unless given. */
  readonly leaveWithinMs?: number;
  /** Lets go of everything. After `drain`, or without it when there is no time. Never throws. */
  close(): Promise<void>;
}

/** Below the 30 s that Kubernetes and others give before they kill. */
const leaveWithinMs = 25_000;

/** Ctrl-C under npm comes twice within a millisecond or two: from the terminal, and from npm. A person takes longer. */
const sameSignalMs = 500;

/**
 * Runs a service until SIGINT or SIGTERM, then drains and closes it. A second signal, given after it was seen to take its time, ends the
 * process at once, and so does the end of the time that the service may take. A failing start is one sentence on standard error and exit code 1.
 */
export async function runService(name: string, start: () => Promise<Service>): Promise<void> {
  let service: Service | undefined;
  let leavingSince: number | undefined;
  const leave = async (signal: string) => {
    if (leavingSince !== undefined) {
      if (performance.now() - leavingSince > sameSignalMs) process.exit(1);
      return;
    }
    leavingSince = performance.now();
    // While it starts there is nothing to drain: what it has opened is closed as soon as it is there.
    if (service === undefined) return;
    const logger = createLogger(name);
    logger.info({ signal }, "draining");
    const late = () => {
      logger.error("did not drain and close in time");
      process.exit(1);
    };
    setTimeout(late, service.leaveWithinMs ?? leaveWithinMs).unref();
    await service.drain().catch((error: unknown) => logger.error({ error }, "drain failed"));
    await service.close();
    logger.info("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void leave(signal));
  try {
    service = await start();
  } catch (error) {
    return exitWith(name, error);
  }
  if (leavingSince === undefined) return;
  await service.close();
  process.stderr.write(`${name} was stopped while it was starting.\n`);
  process.exit(1);
}

function exitWith(name: string, error: unknown): void {
  if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
  // Nobody expected this: its stack is worth more than a sentence.
  else process.stderr.write(`${name} cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
