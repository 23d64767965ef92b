/** Checks on JSON that comes from outside, before anything else looks at it. */
import { limits } from "./limits.ts";

export type JsonObject = { [key: string]: unknown };

/** Why a JSON text is refused. */
export type JsonFlaw = "not-json" | "too-deep" | "forbidden-key" | "unsafe-number";

/** A flawed value is still there, save for `not-json`, so that its sender can be answered. */
export type JsonResult = { ok: true; value: unknown } | { ok: false; flaw: JsonFlaw; value: unknown };

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
  const flaw = findFlaw(value, 0) ?? (hasUnsafeInteger(text) ? "unsafe-number" : undefined);
  return flaw === undefined ? { ok: true, value } : { ok: false, flaw, value };
}

// The depth counts the command's own envelope too, which is three levels at the most.
const deepest = limits.dataDepth + 4;

function findFlaw(value: unknown, depth: number): JsonFlaw | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "unsafe-number";
  if (typeof value !== "object" || value === null) return undefined;
  if (depth >= deepest) return "too-deep";
  if (Array.isArray(value)) {
    for (const item of value) {
      const flaw = findFlaw(item, depth + 1);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return "forbidden-key";
    const flaw = findFlaw((value as JsonObject)[key], depth + 1);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

/** Only a run of sixteen digits can be one, and is worth a second pass with an eye on how numbers were written. */
function hasUnsafeInteger(text: string): boolean {
  if (!/\d{16}/.test(text)) return false;
  let found = false;
  const look = (_key: string, value: unknown, context?: { source?: string }) => {
    if (typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")) found = true;
    return value;
  };
  JSON.parse(text, look);
  return found;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
