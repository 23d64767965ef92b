/**
 * The keys that tokens may be signed with. Each is for one family of algorithms, whatever a token says of itself: a public key is never taken
 * for a shared secret. A token's `kid` chooses among the keys that are here, and nothing else: no token causes anything to be fetched.
 */
import { limits } from "@madang/contracts";
import { decodeProtectedHeader, errors, importJWK, type JWK, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";

export type KeyMaterial = Awaited<ReturnType<typeof importJWK>>;

export interface TokenKey {
  readonly id: string | undefined;
  readonly algorithms: readonly string[];
  readonly key: KeyMaterial;
}

/** As they are called in a token's header; `Ed25519` is the newer name of `EdDSA` with that curve (RFC 9864). */
const algorithmsOf = {
  RSA: ["RS256"],
  "P-256": ["ES256"],
  Ed25519: ["EdDSA", "Ed25519"],
} as const;

const most = { keys: 32, tries: 4 };
/** In s, as in all that is said of time in tokens. */
export const clockTolerance = limits.tokenLeewayMs / 1_000;

const PublicJwk = z
  .looseObject({
    kty: z.enum(["RSA", "EC", "OKP"]),
    crv: z.enum(["P-256", "Ed25519"]).optional(),
    alg: z.string().optional(),
    kid: z.string().min(1).max(200).optional(),
    use: z.literal("sig").optional(),
  })
  .refine(({ kty, crv }) => (kty === "RSA") === (crv === undefined), "a curve that is not known");
const KeySet = z.object({ keys: z.array(z.unknown()).max(most.keys) });

/** A set of keys that cannot be used. Its message says why, and holds no key. */
export class KeySetError extends Error {
  override readonly name = "KeySetError";
}

/** The public keys of a JSON Web Key Set (RFC 7517) that sign by RS256, ES256 or EdDSA; others are passed over. @throws KeySetError */
export async function readKeySet(json: unknown): Promise<TokenKey[]> {
  const set = KeySet.safeParse(json);
  if (!set.success) throw new KeySetError(`no set of at most ${most.keys} keys`);
  const found: TokenKey[] = [];
  for (const [index, one] of set.data.keys.entries()) {
    if (isPrivate(one)) throw new KeySetError(`key ${index} is a private or a shared one`);
    const jwk = PublicJwk.safeParse(one);
    // A provider's set may hold keys for other purposes.
    if (!jwk.success) continue;
    const { kty, crv, alg, kid } = jwk.data;
    const algorithms = algorithmsOf[kty === "RSA" ? "RSA" : (crv ?? "P-256")];
    if (alg !== undefined && !algorithms.some((known) => known === alg)) continue;
    try {
      const key = await importJWK(one as JWK, algorithms[0]);
      found.push({ id: kid, algorithms, key });
    } catch (cause) {
      throw new KeySetError(`key ${index} cannot be read`, { cause });
    }
  }
  if (found.length === 0) throw new KeySetError("no key in it signs by RS256, ES256 or EdDSA");
  return found;
}

function isPrivate(jwk: unknown): boolean {
  return typeof jwk === "object" && jwk !== null && ("d" in jwk || "k" in jwk);
}

export interface TokenKeysOptions {
  /** Shared with the site's own server, for HS256. */
  readonly secret: string;
  /** What every token must say of who made it, */
  readonly issuer?: string | undefined;
  /** and of whom it is for. */
  readonly audience?: string | undefined;
}

export class TokenKeys {
  readonly #shared: TokenKey;
  readonly #claims: { issuer?: string; audience?: string };
  #public: readonly TokenKey[] = [];

  constructor({ secret, issuer, audience }: TokenKeysOptions) {
    this.#shared = { id: undefined, algorithms: ["HS256"], key: new TextEncoder().encode(secret) };
    this.#claims = { ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) };
  }

  /** From now on these are the public ones. */
  replace(keys: readonly TokenKey[]): void {
    this.#public = keys;
  }

  /** What a token says that one of the keys has signed. @throws errors.JOSEError: expired, or not to be trusted */
  async verify(token: string): Promise<JWTPayload> {
    const { alg = "", kid } = decodeProtectedHeader(token);
    let refusal: Error = new errors.JWSSignatureVerificationFailed();
    for (const { key, algorithms } of this.#candidates(alg, kid)) {
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: [...algorithms], clockTolerance, ...this.#claims });
        checkIssued(payload);
        return payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  #candidates(algorithm: string, id: string | undefined): readonly TokenKey[] {
    const fit = [this.#shared, ...this.#public].filter(({ algorithms }) => algorithms.includes(algorithm));
    const named = fit.filter((key) => id !== undefined && key.id === id);
    // A key without a name may be the one that a token names; a key of another name is not.
    return (named.length > 0 ? named : fit.filter((key) => id === undefined || key.id === undefined)).slice(0, most.tries);
  }
}

/** One that is issued later than now would outlive a revocation of its user's tokens. */
function checkIssued(payload: JWTPayload): void {
  if (payload.iat !== undefined && payload.iat > Date.now() / 1_000 + clockTolerance)
    throw new errors.JWTClaimValidationFailed("issued in the future", payload, "iat", "check_failed");
}
