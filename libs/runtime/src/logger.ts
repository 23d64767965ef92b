import { type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import type { Environment } from "./config.ts";
import { StartError } from "./start-error.ts";

export type { Logger };

/** From the most to the least. */
const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** What MADANG_LOG_LEVEL says; empty counts as not set. @throws StartError */
function levelOf(environment: Environment): string {
  const level = environment.MADANG_LOG_LEVEL || "info";
  if (levels.includes(level)) return level;
  throw new StartError(`The settings are wrong. MADANG_LOG_LEVEL: one of ${levels.join(", ")}.`);
}

/** JSON lines on standard error: standard output stays for what a person asked to see. @throws StartError */
export function createLogger(name: string, level = levelOf(process.env)): Logger {
  return pino(
    { name, level, base: { name }, timestamp: stdTimeFunctions.isoTime, serializers: { error: stdSerializers.err } },
    process.stderr,
  );
}
