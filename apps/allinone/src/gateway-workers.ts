/**
 * Several gateways on one port, so that fan-out has more than one core. Each is a process, a worker of node:cluster: it ends when we end,
 * in whatever way, and another takes its place when it ends by itself; its clients come back and recover.
 */
import cluster, { type Worker } from "node:cluster";
import { join } from "node:path";
import { limits } from "@madang/contracts";
import type { GatewayService } from "@madang/gateway";
import { backoff, type Environment, type Logger, pause, StartError, within } from "@madang/runtime";
import { z } from "zod";

const Listening = z.object({ port: z.int() });

export interface GatewayWorkersOptions {
  count: number;
  environment: Environment;
  /** What a gateway may take to close its sockets. */
  drainMs: number;
  logger: Logger;
}

/** @throws StartError */
export async function startGatewayWorkers({
  count,
  environment,
  drainMs,
  logger,
}: GatewayWorkersOptions): Promise<GatewayService> {
  cluster.setupPrimary({
    exec: join(import.meta.dirname, "gateway-worker.ts"),
    // V8's own choice keeps three times the memory of ten thousand idle sockets.
    execArgv: ["--max-semi-space-size=4"],
  });
  const listening = new Set<Worker>();
  let leaving = false;

  /** Resolves with its port once it listens. @throws StartError */
  const start = async (failures = 0): Promise<number> => {
    const worker = cluster.fork(environment);
    const ended = new Promise<string>((resolve) => {
      worker.once("exit", (code, signal) => {
        listening.delete(worker);
        resolve(signal ?? `code ${code}`);
      });
    });
    const listens = new Promise<number>((resolve) => {
      worker.once("message", (message) => resolve(Listening.parse(message).port));
    });
    const failed = ended.then((how) => Promise.reject(new StartError(`A gateway ended while it was starting (${how}).`)));
    const late = () => {
      worker.process.kill("SIGKILL");
      return new StartError("A gateway took too long to start.");
    };
    const port = await within(limits.workerStartMs, Promise.race([listens, failed]), late);
    const since = performance.now();
    listening.add(worker);
    void ended.then((how) => {
      // One that served for a while has not failed to start.
      const served = performance.now() - since > limits.workerRestartLongestMs;
      return replace(how, served ? 0 : failures + 1);
    });
    return port;
  };

  const replace = async (how: string, failures: number): Promise<void> => {
    if (leaving) return;
    logger.error({ how }, "a gateway ended, starting another");
    await pause(backoff(failures, { firstMs: limits.workerRestartMs, longestMs: limits.workerRestartLongestMs }));
    if (!leaving) await start(failures).catch((error: unknown) => replace(String(error), failures + 1));
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    leaving = true;
    await Promise.all(
      Object.values(cluster.workers ?? {}).map(
        (worker) =>
          new Promise<void>((resolve) => {
            if (worker === undefined || worker.isDead()) return resolve();
            const hung = setTimeout(() => worker.process.kill("SIGKILL"), drainMs + limits.workerStopMs);
            worker.once("exit", () => {
              clearTimeout(hung);
              resolve();
            });
            worker.process.kill(signal);
          }),
      ),
    );
  };

  let port: number;
  try {
    // The first one alone: what fails is said once. Where any port will do, the others get the same from node:cluster.
    port = await start();
    await Promise.all(Array.from({ length: count - 1 }, () => start()));
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
  return {
    port,
    ready: () => !leaving && listening.size > 0,
    // Each drains by itself, within its own deadlines.
    drain: () => end("SIGTERM"),
    close: () => end("SIGKILL"),
  };
}
