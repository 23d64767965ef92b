/** Checks on JSON that comes from outside, before anything else looks at it. */
import { limits } from "./limits.ts";

export type JsonObject = { [key: string]: unknown };

/** Why a JSON text is refused. */
export type JsonFlaw = "not-json" | "too-deep" | "forbidden-key" | "unsafe-number";

/** A flawed value is still there, save for `not-json`, so that its sender can be answered. */
export type JsonResult = { ok: true; value: unknown } | { ok: false; flaw: JsonFlaw; value: unknown };

// Sixteen digits in a row may be an integer that a double cannot hold.
const longNumber = /\d{16}/;

/**
 * Parses JSON from outside. Refused beside malformed text: nesting beyond `limits.dataDepth`; the key `__proto__`; numbers that
 * would change on the way, which are integers beyond ±(2^53 − 1) and magnitudes beyond a double (RFC 7493 advises strings for them).
 */
export function parseJson(text: string): JsonResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, flaw: "not-json", value: undefined };
  }
  const flaw = findFlaw(value, longNumber.test(text), 0);
  return flaw === undefined ? { ok: true, value } : { ok: false, flaw, value };
}

// The depth counts the command's own envelope too, which is three levels at the most.
const deepest = limits.dataDepth + 4;

function findFlaw(value: unknown, checkIntegers: boolean, depth: number): JsonFlaw | undefined {
  if (typeof value === "number") return survives(value, checkIntegers) ? undefined : "unsafe-number";
  if (typeof value !== "object" || value === null) return undefined;
  if (depth >= deepest) return "too-deep";
  if (Array.isArray(value)) {
    for (const item of value) {
      const flaw = findFlaw(item, checkIntegers, depth + 1);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return "forbidden-key";
    const flaw = findFlaw((value as JsonObject)[key], checkIntegers, depth + 1);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function survives(value: number, checkIntegers: boolean): boolean {
  if (!Number.isFinite(value)) return false;
  return !checkIntegers || !Number.isInteger(value) || Number.isSafeInteger(value);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
