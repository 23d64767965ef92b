/** What an error of the database means. Server numbers are those of MySQL and MariaDB, which agree in these. */
import { StoreUnavailable } from "./message-store.ts";

/**
 * The errors that blame what was to be stored; the same would be refused for ever. With any other (connection, deadlock, lock wait,
 * disk full, even a missing table or right) the same may well be stored later, and giving it up would lose it.
 */
const blamesData: ReadonlySet<number> = new Set([
  1048, // a column cannot be null
  1153, // packet bigger than max_allowed_packet
  1264, // out of range
  1265, // data truncated
  1366, // incorrect string value
  1406, // data too long
  3988, // conversion of text impossible
  45046, // the driver's own check of max_allowed_packet
]);

/** Turns what Prisma or the driver throws into what the port says. */
export function storeError(error: unknown): unknown {
  const number = errorNumber(error);
  if (number !== undefined && blamesData.has(number)) return new Error(sayBriefly(error), { cause: error });
  if (number === undefined && !isFromBelow(error)) return error;
  return new StoreUnavailable(`the database cannot be used now: ${sayBriefly(error)}`, { cause: error });
}

/** The number of the database's error, wherever it is wrapped. */
export function errorNumber(error: unknown): number | undefined {
  for (let cause = error, depth = 0; typeof cause === "object" && cause !== null && depth < 8; depth++) {
    const { errno, originalCode, meta } = cause as {
      errno?: unknown;
      originalCode?: unknown;
      meta?: { driverAdapterError?: unknown };
    };
    const number = Number(originalCode ?? errno);
    // Negative numbers are those of sockets, such as ECONNREFUSED.
    if (Number.isInteger(number) && (originalCode ?? errno) !== undefined) return number;
    cause = (cause as { cause?: unknown }).cause ?? meta?.driverAdapterError;
  }
  return undefined;
}

function isFromBelow(error: unknown): boolean {
  return error instanceof Error && /^(?:PrismaClient|DriverAdapterError|SqlError)/.test(error.name);
}

/** The first line that says something: Prisma's messages begin with the call, and the driver's end with the statement and its values. */
function sayBriefly(error: unknown): string {
  const { sqlMessage } = Object(error) as { sqlMessage?: unknown };
  if (typeof sqlMessage === "string") return sqlMessage;
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !/^Invalid .* invocation/.test(line)) ?? "";
}
