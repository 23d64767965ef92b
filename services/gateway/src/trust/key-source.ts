/** Where public keys come from: a file, or an address that is asked at start and by the clock. What was good last is kept. */
import { readFile } from "node:fs/promises";
import type { Logger } from "@madang/runtime";
import { KeySetError, readKeySet, type TokenKeys } from "./token-keys.ts";

export interface KeySourceOptions {
  readonly keys: Pick<TokenKeys, "replace">;
  readonly logger: Logger;
  /** A file, or an `https:` address (`http:` on loopback). */
  readonly from: { readonly file: string } | { readonly url: URL };
  readonly everyMs?: number;
  readonly withinMs?: number;
  readonly fetch?: typeof globalThis.fetch;
}

const mostBytes = 64 * 1024;

export class KeySource {
  readonly #options: Required<KeySourceOptions>;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: KeySourceOptions) {
    this.#options = { everyMs: 60_000, withinMs: 5_000, fetch: globalThis.fetch, ...options };
  }

  /** @throws KeySetError when there are none to begin with */
  async start(): Promise<this> {
    await this.#read();
    this.#await();
    return this;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #await(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#again(), this.#options.everyMs).unref();
  }

  async #again(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      this.#options.logger.warn({ error }, "the keys of tokens cannot be read anew: the former ones go on");
    }
    this.#await();
  }

  async #read(): Promise<void> {
    const { keys, from } = this.#options;
    const text = await ("file" in from ? readFile(from.file, "utf8") : this.#fetched(from.url)).catch((cause: unknown) => {
      throw cause instanceof KeySetError ? cause : new KeySetError("the keys of tokens cannot be had", { cause });
    });
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw new KeySetError("the keys of tokens are no JSON", { cause });
    }
    const found = await readKeySet(json);
    if (!this.#closed) keys.replace(found);
  }

  async #fetched(url: URL): Promise<string> {
    const { fetch, withinMs } = this.#options;
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(withinMs) });
    if (!response.ok || response.body === null) throw new KeySetError(`the keys' address answers ${response.status}`);
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body) {
      bytes += part.length;
      if (bytes > mostBytes) throw new KeySetError(`the keys' address answers more than ${mostBytes} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts).toString("utf8");
  }
}
