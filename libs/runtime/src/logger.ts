import { type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";

export type { Logger };

/** JSON lines on standard error: standard output stays for what a person asked to see. */
export function createLogger(name: string, level = process.env.MADANG_LOG_LEVEL ?? "info"): Logger {
  return pino(
    { name, level, base: { name }, timestamp: stdTimeFunctions.isoTime, serializers: { error: stdSerializers.err } },
    process.stderr,
  );
}
