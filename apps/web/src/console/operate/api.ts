/** How the operator's half asks the gateway that serves the page (rules O1 to O8). */

export type Problem =
  /** The token is not good, or not any more (401). */
  | { readonly kind: "token"; readonly expired: boolean }
  /** It is good, and says nothing of operating (403). */
  | { readonly kind: "not-operator" }
  /** There is none such (404). */
  | { readonly kind: "gone" }
  /** Whatever else the gateway said. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  /** It said nothing, or nothing that makes sense. */
  | { readonly kind: "away" };

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Longer than the gateway itself waits for others. */
const longestMs = 12_000;
const tokenExpired = 109;

export class OperateApi {
  readonly #token: string | undefined;
  readonly #fetch: typeof fetch;

  constructor(token: string | undefined, ask: typeof fetch = (...of) => fetch(...of)) {
    this.#token = token;
    this.#fetch = ask;
  }

  /** `path` is what comes after `/api/operate/`. */
  get<T extends object>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
    return this.#ask<T>(path, { method: "GET" }, signal);
  }

  post<T extends object>(path: string, body?: object): Promise<Answer<T>> {
    return this.#ask<T>(path, { method: "POST", ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  async #ask<T extends object>(path: string, request: RequestInit, signal?: AbortSignal): Promise<Answer<T>> {
    if (this.#token === undefined) return { ok: false, problem: { kind: "token", expired: false } };
    const deadline = AbortSignal.timeout(longestMs);
    try {
      const response = await this.#fetch(`./api/operate/${path}`, {
        ...request,
        headers: { authorization: `Bearer ${this.#token}` },
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
      const body: unknown = await response.json();
      if (typeof body !== "object" || body === null) return { ok: false, problem: { kind: "away" } };
      return response.ok ? { ok: true, value: body as T } : { ok: false, problem: problemOf(response.status, body) };
    } catch {
      return { ok: false, problem: { kind: "away" } };
    }
  }
}

function problemOf(status: number, body: object): Problem {
  const error = "error" in body && typeof body.error === "object" && body.error !== null ? body.error : {};
  const message = "message" in error && typeof error.message === "string" ? error.message : "";
  switch (status) {
    case 401:
      return { kind: "token", expired: "code" in error && error.code === tokenExpired };
    case 403:
      return { kind: "not-operator" };
    case 404:
      return { kind: "gone" };
    default:
      return { kind: "refused", status, message };
  }
}
