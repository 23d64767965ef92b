/** Checks on JSON that comes from outside, before anything else looks at it. */
import type { z } from "zod";
import { limits } from "./limits.ts";

export type JsonObject = { [key: string]: unknown };

/** Why a JSON text is refused. */
export type JsonFlaw = "not-json" | "too-deep" | "forbidden-key" | "unsafe-number";

/** A flawed value is still there, save for `not-json`, so that its sender can be answered. */
export type JsonResult = { ok: true; value: unknown } | { ok: false; flaw: JsonFlaw; value: unknown };

/**
 * Parses JSON from outside. Refused beside malformed text: nesting that no command has; the key `__proto__`; numbers that
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

/** Far beyond any command with its data: only so that nothing recurses without end. */
const deepest = 2 * limits.dataDepth;

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

/** Sixteen digits before the point, or an exponent behind as many, can be one, and are worth a second pass with an eye on how numbers were written. */
function hasUnsafeInteger(text: string): boolean {
  if (!/\d{16}|[\d.]{16}e/i.test(text)) return false;
  let found = false;
  const look = (_key: string, value: unknown, context?: { source?: string }) => {
    const digits = context?.source?.replace(/[eE].*|\D/g, "").length ?? 0;
    if (digits >= 16 && Number.isInteger(value) && !Number.isSafeInteger(value)) found = true;
    return value;
  };
  JSON.parse(text, look);
  return found;
}

/** Whether a value has more than so many levels of objects and arrays, itself included. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(levels - 1, item));
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as bytes, for a message between services. */
export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** A message of another service, checked. @throws for bytes that are no JSON, or not as the schema says: another version among them */
export function decodeJson<S extends z.ZodType>(schema: S, bytes: Uint8Array): z.infer<S> {
  return schema.parse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8")));
}
