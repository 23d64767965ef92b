/** The keys of the server API, and what each may be used for. */
import { createHash, timingSafeEqual } from "node:crypto";

export const scopes = ["read", "publish", "moderate", "manage", "operate"] as const;
/**
 * `read`: history, presence, rooms and replays. `publish`: publish and broadcast. `moderate`: what staff does, lists of words, ending connections.
 * `manage`: making rooms, and gifts. `operate`: how all services stand, and dead letters.
 */
export type Scope = (typeof scopes)[number];

export interface ApiKey {
  readonly key: string;
  readonly scopes: readonly Scope[];
}

export class ApiKeys {
  readonly #keys: readonly { readonly digest: Buffer; readonly scopes: ReadonlySet<Scope> }[];

  constructor(keys: readonly ApiKey[]) {
    this.#keys = keys.map(({ key, scopes }) => ({ digest: digestOf(key), scopes: new Set(scopes) }));
  }

  /** What the key may be used for; undefined: there is no such key. All keys are compared, each in constant time. */
  scopesOf(key: string): ReadonlySet<Scope> | undefined {
    const digest = digestOf(key);
    let found: ReadonlySet<Scope> | undefined;
    for (const known of this.#keys) if (timingSafeEqual(known.digest, digest)) found = known.scopes;
    return found;
  }
}

const pattern = /^([\x21-\x7e]{16,200}):([a-z]+(?:\+[a-z]+)*)$/;

/** `key:scope+scope`, several with commas. Undefined: it cannot be read. */
export function readApiKeys(text: string): ApiKey[] | undefined {
  const keys: ApiKey[] = [];
  for (const part of text.split(",").flatMap((one) => one.trim() || [])) {
    const [, key, named = ""] = pattern.exec(part) ?? [];
    const asked = named.split("+");
    const found = scopes.filter((scope) => asked.includes(scope));
    if (key === undefined || found.length !== asked.length) return undefined;
    keys.push({ key, scopes: found });
  }
  return keys;
}

// Of equal length, whatever was sent: the comparison tells nothing by its time.
function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
