/** Bytes from a socket become commands here, or the reason why not. */
import { ErrorCode, isJsonObject, type JsonFlaw, type ProtocolError, parseJson, wire, withDetail } from "@madang/contracts";

export type Command = { [M in wire.Method]: { id: number; method: M; request: wire.Request<M> } }[wire.Method];

export type Decoded =
  | { kind: "command"; command: Command }
  /** The client's answer to a server ping. */
  | { kind: "pong" }
  /** A command that can be answered, with an error. */
  | { kind: "invalid"; id: number; error: ProtocolError }
  /** Not the protocol at all: ends the connection. */
  | { kind: "violation" };

const methods = Object.keys(wire.requests) as wire.Method[];

const words: Record<Exclude<JsonFlaw, "not-json">, string> = {
  "too-deep": "nested too deeply",
  "forbidden-key": "the key __proto__ is not allowed",
  "unsafe-number": "a number is too large to survive, send it as a string",
};

/** One line of a frame. */
export function decodeCommand(line: string): Decoded {
  const json = parseJson(line);
  const { value } = json;
  if (!isJsonObject(value)) return { kind: "violation" };
  if (Object.keys(value).length === 0) return { kind: "pong" };
  const id = value.id ?? 0;
  if (!isCommandId(id)) return { kind: "violation" };
  const named = methods.filter((method) => Object.hasOwn(value, method));
  const [method] = named;
  // Only `send` asks for no reply; without an id nothing else could be answered.
  if (id === 0 && method !== "send") return { kind: "violation" };
  if (!json.ok) return { kind: "invalid", id, error: withDetail(ErrorCode.badRequest, words[json.flaw as keyof typeof words]) };
  if (method === undefined) return { kind: "invalid", id, error: ErrorCode.methodNotFound };
  if (named.length > 1) return { kind: "invalid", id, error: withDetail(ErrorCode.badRequest, `both ${named.join(" and ")}`) };
  const parsed = wire.requests[method].safeParse(value[method]);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      kind: "invalid",
      id,
      error: withDetail(ErrorCode.badRequest, `${[method, ...(issue?.path ?? [])].join(".")} is not as expected`),
    };
  }
  return { kind: "command", command: { id, method, request: parsed.data } as Command };
}

function isCommandId(id: unknown): id is number {
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= 0xffff_ffff;
}
