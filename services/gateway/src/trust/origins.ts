/**
 * From which pages browsers may open sockets here. A page elsewhere could otherwise let its visitors talk to a Madang that only they can reach,
 * such as one on their own machine. What is no browser sends no origin, and is let in: it could say what it likes.
 */
export interface OriginsOptions {
  /** Such as `https://shop.example`; `*` stands for all, `https://*.shop.example` for all below. Besides the page's own host. */
  readonly allowed: readonly string[];
  /** Whether we listen on loopback only: then any page of this machine may. */
  readonly loopback: boolean;
}

export class Origins {
  readonly #allowed: readonly string[];
  readonly #loopback: boolean;

  constructor({ allowed, loopback }: OriginsOptions) {
    this.#allowed = allowed;
    this.#loopback = loopback;
  }

  /** `origin`, `host`: the request's headers. */
  allow({ origin, host }: { readonly origin?: string | undefined; readonly host?: string | undefined }): boolean {
    if (origin === undefined || this.#allowed.includes("*")) return true;
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    // "null" is a page of no origin: a file, or one in a sandbox.
    if (url === undefined || url.origin !== origin) return false;
    if (this.#loopback && isLoopbackName(url.hostname)) return true;
    // On loopback a name of its own would be somebody's who has it point here (DNS rebinding), and says the same in both.
    if (url.host === host && !this.#loopback) return true;
    return this.#allowed.some((pattern) => matches(pattern, url));
  }
}

/** Whether it can be in the list. */
export function isOriginPattern(text: string): boolean {
  if (text === "*") return true;
  const plain = text.replace("://*.", "://any.");
  return !plain.includes("*") && URL.canParse(plain) && new URL(plain).origin === plain;
}

function matches(pattern: string, { origin, protocol, hostname, port }: URL): boolean {
  if (!pattern.includes("://*.")) return pattern === origin;
  const parent = new URL(pattern.replace("://*.", "://"));
  return parent.protocol === protocol && parent.port === port && hostname.endsWith(`.${parent.hostname}`);
}

function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
}
