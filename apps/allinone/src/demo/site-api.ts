/** The server API, as the site itself uses it for the demo. */
import { limits } from "@madang/contracts";

export interface SiteApiOptions {
  /** Where the gateway is: `127.0.0.1:8000`. */
  authority: string;
  apiKey: string;
}

export interface SiteAnswer {
  /** HTTP's own. */
  readonly status: number;
  /** Of a room that has one. */
  readonly title?: string;
}

export class SiteApi {
  readonly #options: SiteApiOptions;

  constructor(options: SiteApiOptions) {
    this.#options = options;
  }

  /** What it answers. Undefined: nobody does, and that is no reason to stop for anybody. */
  async call(method: "GET" | "POST" | "PUT", path: string, body?: object): Promise<SiteAnswer | undefined> {
    const { authority, apiKey } = this.#options;
    try {
      const response = await fetch(`http://${authority}/api/${path}`, {
        method,
        headers: { "x-api-key": apiKey },
        signal: AbortSignal.timeout(limits.commandDeadlineMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, ...((await response.json()) as { title?: string }) };
    } catch {
      return undefined;
    }
  }
}
