/**
 * Several gateways on one port, so that fan-out has more than one core. Each is a process, a worker of node:cluster: it ends when we end,
 * in whatever way, and another takes its place when it ends by itself; its clients come back and recover.
 */
import cluster, { type Worker } from "node:cluster";
import { join } from "node:path";
import { limits } from "@madang/contracts";
import type { GatewayService } from "@madang/gateway";
import { backoff, type Environment, type Logger, pause, StartError } from "@madang/runtime";
import { z } from "zod";

const Listening = z.object({ port: z.int() });

export interface GatewayWorkersOptions {
  count: number;
  environment: Environment;
  logger: Logger;
}

/** @throws StartError */
export async function startGatewayWorkers({ count, environment, logger }: GatewayWorkersOptions): Promise<GatewayService> {
  cluster.setupPrimary({
    exec: join(import.meta.dirname, "gateway-worker.ts"),
    // V8's own choice keeps three times the memory of ten thousand idle sockets.
    execArgv: ["--max-semi-space-size=4"],
  });
  const listening = new Set<Worker>();
  let leaving = false;
  let failures = 0;

  const start = async (): Promise<number> => {
    const worker = cluster.fork(environment);
    const ended = new Promise<string>((resolve) => {
      worker.once("exit", (code, signal) => {
        listening.delete(worker);
        resolve(signal ?? `code ${code}`);
      });
    });
    const port = await Promise.race([
      new Promise<number>((resolve) => worker.once("message", (message) => resolve(Listening.parse(message).port))),
      ended.then((how) => Promise.reject(new StartError(`A gateway ended while it was starting (${how}).`))),
    ]);
    failures = 0;
    listening.add(worker);
    void ended.then((how) => replace(how));
    return port;
  };

  const replace = async (how: string): Promise<void> => {
    if (leaving) return;
    logger.error({ how }, "a gateway ended, starting another");
    await pause(backoff(failures++, { firstMs: limits.workerRestartMs, longestMs: limits.workerRestartLongestMs }));
    if (!leaving) await start().catch((error: unknown) => replace(String(error)));
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    leaving = true;
    await Promise.all(
      Object.values(cluster.workers ?? {}).map(
        (worker) =>
          new Promise<void>((resolve) => {
            if (worker === undefined || worker.isDead()) return resolve();
            worker.once("exit", () => resolve());
            worker.process.kill(signal);
          }),
      ),
    );
  };

  let port: number;
  try {
    // The first one alone: what fails is said once. Where any port will do, the others get the same from node:cluster.
    port = await start();
    await Promise.all(Array.from({ length: count - 1 }, start));
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
