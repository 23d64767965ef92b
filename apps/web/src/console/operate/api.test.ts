import { describe, expect, test } from "vitest";
import { OperateApi } from "./api.ts";

/** Asks a gateway that answers so. */
async function answered(status: number, body: unknown) {
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const api = new OperateApi("a-token", async (url, init) => {
    asked.push({ url: String(url), init });
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
  });
  return { answer: await api.post("disconnect", { user: "kim" }), asked };
}

const error = (code: number, message: string) => ({ error: { code, message, temporary: false } });

describe("the operator's calls", () => {
  test("[O1] go to the gateway of the page with the token", async () => {
    const { answer, asked } = await answered(200, {});
    expect(answer).toEqual({ ok: true, value: {} });
    expect(asked).toMatchObject([
      {
        url: "./api/operate/disconnect",
        init: { method: "POST", body: '{"user":"kim"}', headers: { authorization: "Bearer a-token" } },
      },
    ]);
  });

  test("[O1] tell a token that has expired from one that was never good, and from one that is not an operator's", async () => {
    expect((await answered(401, error(109, "token expired"))).answer).toEqual({
      ok: false,
      problem: { kind: "token", expired: true },
    });
    expect((await answered(401, error(101, "unauthorized"))).answer).toEqual({
      ok: false,
      problem: { kind: "token", expired: false },
    });
    expect((await answered(403, error(103, "permission denied"))).answer).toEqual({
      ok: false,
      problem: { kind: "not-operator" },
    });
  });

  test("tell what the gateway refuses in its words, and whatever makes no sense as no answer", async () => {
    expect((await answered(503, error(1000, "unavailable"))).answer).toEqual({
      ok: false,
      problem: { kind: "refused", status: 503, message: "unavailable" },
    });
    expect((await answered(404, {})).answer).toEqual({ ok: false, problem: { kind: "gone" } });
    for (const nonsense of ["<html>", "null", ""]) {
      expect((await answered(502, nonsense)).answer).toEqual({ ok: false, problem: { kind: "away" } });
    }
  });

  test("are not made without a token", async () => {
    const api = new OperateApi(undefined, () => Promise.reject(new Error("asked")));
    expect(await api.get("overview")).toEqual({ ok: false, problem: { kind: "token", expired: false } });
  });
});
