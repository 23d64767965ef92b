import { DisconnectCode, ErrorCode } from "@madang/contracts";
import { describe, expect, test, vi } from "vitest";
import { Disconnect, ReplyError } from "../reply-error.ts";
import { ApiKeys } from "./api-keys.ts";
import { operatorOf, operatorsOnly } from "./operators.ts";

const keys = new ApiKeys([
  { key: "a-key-that-operates", scopes: ["operate"] },
  { key: "a-key-that-manages", scopes: ["manage"] },
]);

/** What becomes of a call with these headers: who it is by, or the status and the code of the error. Tokens are what they say. */
async function ask(headers: Record<string, string>, { good = true } = {}) {
  const connecting = vi.fn(async (token: string | undefined) => {
    if (token === "expired") throw new ReplyError(ErrorCode.tokenExpired);
    if (token === "forged") throw new Disconnect(DisconnectCode.invalidToken);
    return { user: "olga" as never, marks: {} as never, claims: token === "operator" ? { operator: true } : {} };
  });
  let outcome: unknown;
  const response = {
    locals: {},
    set: () => response,
    status: (status: number) => ({ json: ({ error }: { error: { code: number } }) => (outcome = [status, error.code]) }),
  };
  const request = { get: (name: string) => headers[name] };
  const next = () => {
    outcome = operatorOf(response as never);
  };
  await operatorsOnly({ keys, identities: { connecting }, good: () => good })(request as never, response as never, next);
  return { outcome, looked: connecting.mock.calls.length };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("an operator", () => {
  test("[O1] is a key that is for it, or a user whose token says so", async () => {
    expect(await ask({ "x-api-key": "a-key-that-operates" })).toEqual({ outcome: "api-key", looked: 0 });
    expect(await ask({ authorization: "apikey a-key-that-operates" })).toEqual({ outcome: "api-key", looked: 0 });
    expect(await ask(bearer("operator"))).toEqual({ outcome: "user:olga", looked: 1 });
    expect((await ask({ authorization: "bearer operator" })).outcome).toBe("user:olga");
  });

  test("[O1] is nobody else: 403 who may other things, 401 who is nobody, whose token has expired or is no good", async () => {
    expect((await ask({ "x-api-key": "a-key-that-manages" })).outcome).toEqual([403, 103]);
    expect((await ask(bearer("viewer"))).outcome).toEqual([403, 103]);
    for (const headers of [{}, { "x-api-key": "wrong" }, { authorization: "Bearer " }, bearer("forged"), bearer("two words")])
      expect((await ask(headers)).outcome).toEqual([401, 101]);
    expect((await ask(bearer("expired"))).outcome).toEqual([401, 109]);
  });

  test("[O1] with a wrong key is not let in for a token beside it", async () => {
    expect(await ask({ "x-api-key": "wrong", ...bearer("operator") })).toEqual({ outcome: [401, 101], looked: 0 });
  });

  test("[O1] with a token is told to come again while NATS is away; one with a key sees how things stand", async () => {
    expect(await ask(bearer("operator"), { good: false })).toEqual({ outcome: [503, 100], looked: 0 });
    expect((await ask({ "x-api-key": "a-key-that-operates" }, { good: false })).outcome).toBe("api-key");
  });
});
