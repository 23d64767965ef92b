import { type Logger, pino, stdTimeFunctions } from "pino";
import { z } from "zod";
import type { Environment } from "./config.ts";
import { StartError } from "./start-error.ts";
import { currentTrace } from "./trace.ts";

export type { Logger };

/** From the most to the least. */
const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** What MADANG_LOG_LEVEL says; empty counts as not set. @throws StartError */
function levelOf(environment: Environment): string {
  const level = environment.MADANG_LOG_LEVEL || "info";
  if (levels.includes(level)) return level;
  throw new StartError(`The settings are wrong. MADANG_LOG_LEVEL: one of ${levels.join(", ")}.`);
}

/**
 * JSON lines on standard error: standard output stays for what a person asked to see. A line within a trace names it. Whatever the fields
 * hold, a line is one line, and does nothing to a terminal.
 */
export function createLogger(
  name: string,
  level = levelOf(process.env),
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  return pino(
    {
      name,
      level,
      base: { name },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { error: errorFields, err: errorFields },
      mixin: () => {
        const trace = currentTrace();
        return trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.spanId };
      },
    },
    { write: (line: string) => write(line.replace(unprintable, escaped)) },
  );
}

/** What JSON leaves as it is, and a terminal or a viewer may obey: further controls, line separators, turns of the writing's direction. */
const unprintable = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

const longestMessage = 1_000;
const deepest = 4;

interface ErrorFields {
  type: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: ErrorFields;
}

/** What of an error is told. Only this: other fields of errors hold whatever was being done, in the words of whoever wanted it. */
function errorFields(error: unknown, depth = 0): ErrorFields | undefined {
  if (error === undefined || error === null) return undefined;
  if (!(error instanceof Error)) return { type: typeof error, message: withoutQuotes(String(error)) };
  const { code, cause } = error as Error & { code?: unknown };
  const frames = error.stack?.indexOf("\n    at ") ?? -1;
  return {
    type: error.name,
    message: messageOf(error),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    // Its first lines repeat the message.
    ...(error.stack === undefined || frames < 0 ? {} : { stack: error.stack.slice(frames + 1) }),
    ...(cause === undefined || depth >= deepest ? {} : { cause: errorFields(cause, depth + 1) as ErrorFields }),
  };
}

function messageOf(error: Error): string {
  if (error instanceof z.core.$ZodError)
    return error.issues
      .slice(0, 5)
      .map(({ code, path }) => `${path.join(".")}: ${code}`)
      .join("; ");
  // Of a system call, with its path; or of the program itself, with a name out of it.
  const isOurs = "syscall" in error || error instanceof TypeError || error instanceof ReferenceError;
  return isOurs ? error.message.slice(0, longestMessage) : withoutQuotes(error.message);
}

/** From the first quote on: what is quoted may hold quotes itself. An apostrophe within a word is none. */
const quoted = /(?:["`]|(?<!\w)').*$/s;

/** A message up to what it quotes: parsers and databases like to show what they could not take, and that may be what a user wrote. */
export function withoutQuotes(message: string): string {
  return message.slice(0, longestMessage).replace(quoted, "…");
}
