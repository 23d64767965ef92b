import { createHmac } from "node:crypto";
import { errors, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { KeySetError, readKeySet, TokenKeys } from "./token-keys.ts";

const secret = "a-secret-for-tests-only";
const shared = new TextEncoder().encode(secret);

async function pair(algorithm: string, kid?: string) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), alg: algorithm, use: "sig", ...(kid === undefined ? {} : { kid }) };
  const sign = (claims: object, header: { alg?: string; kid?: string } = {}) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, ...header }).sign(privateKey);
  return { jwk, publicKey, privateKey, sign };
}

async function keysOf(jwks: readonly JWK[], more: { issuer?: string; audience?: string } = {}) {
  const keys = new TokenKeys({ secret, ...more });
  keys.replace(await readKeySet({ keys: jwks }));
  return keys;
}

describe("what tokens are signed with", () => {
  test.each(["RS256", "ES256", "EdDSA"])(
    "[C5] a token signed by %s is good with its public key, and with no other",
    async (algorithm) => {
      const [ours, theirs] = await Promise.all([pair(algorithm), pair(algorithm)]);
      const keys = await keysOf([ours.jwk]);
      expect(await keys.verify(await ours.sign({ sub: "kim" }))).toMatchObject({ sub: "kim" });
      await expect(keys.verify(await theirs.sign({ sub: "kim" }))).rejects.toBeInstanceOf(errors.JWSSignatureVerificationFailed);
    },
  );

  test("[C5] the shared secret goes on beside public keys", async () => {
    const keys = await keysOf([(await pair("ES256")).jwk]);
    const token = await new SignJWT({ sub: "kim" }).setProtectedHeader({ alg: "HS256" }).sign(shared);
    expect(await keys.verify(token)).toMatchObject({ sub: "kim" });
  });

  test("[C6] a public key is never taken for a shared secret, in whatever form", async () => {
    const { publicKey, jwk } = await pair("RS256");
    const keys = await keysOf([jwk]);
    const head = `${Buffer.from('{"alg":"HS256"}').toString("base64url")}.${Buffer.from('{"sub":"kim"}').toString("base64url")}`;
    for (const known of [await exportSPKI(publicKey), JSON.stringify(jwk), jwk.n ?? ""]) {
      const forged = `${head}.${createHmac("sha256", known).update(head).digest("base64url")}`;
      await expect(keys.verify(forged)).rejects.toBeInstanceOf(errors.JOSEError);
    }
  });

  test("[C6] no algorithm, another one, and one's own key in the token are no good", async () => {
    const { jwk, privateKey } = await pair("RS256");
    const keys = await keysOf([jwk]);
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"sub":"kim"}').toString("base64url")}.`;
    await expect(keys.verify(none)).rejects.toBeInstanceOf(errors.JOSEError);
    const other = await new SignJWT({ sub: "kim" })
      .setProtectedHeader({ alg: "RS512" })
      .sign(await importJWK(await exportJWK(privateKey), "RS512"));
    await expect(keys.verify(other)).rejects.toBeInstanceOf(errors.JOSEError);
    const mine = await pair("RS256");
    const brought = await new SignJWT({ sub: "kim" })
      .setProtectedHeader({ alg: "RS256", jwk: mine.jwk, jku: "http://127.0.0.1:1/keys", kid: "../../etc/passwd" } as never)
      .sign(mine.privateKey);
    await expect(keys.verify(brought)).rejects.toBeInstanceOf(errors.JOSEError);
  });

  test("[C6] `kid` chooses among the keys that are here; one that is not here is no good", async () => {
    const [first, second] = await Promise.all([pair("ES256", "first"), pair("ES256", "second")]);
    const keys = await keysOf([first.jwk, second.jwk]);
    expect(await keys.verify(await second.sign({ sub: "kim" }, { kid: "second" }))).toMatchObject({ sub: "kim" });
    await expect(keys.verify(await second.sign({ sub: "kim" }, { kid: "first" }))).rejects.toBeInstanceOf(errors.JOSEError);
    await expect(keys.verify(await second.sign({ sub: "kim" }, { kid: "third" }))).rejects.toBeInstanceOf(errors.JOSEError);
    // Without a name both are tried.
    expect(await keys.verify(await second.sign({ sub: "kim" }))).toMatchObject({ sub: "kim" });
  });

  test("[C6] a token of another maker, or for somebody else, is no good where these are asked for", async () => {
    const { jwk, sign } = await pair("EdDSA");
    const keys = await keysOf([jwk], { issuer: "https://id.example", audience: "chat" });
    expect(await keys.verify(await sign({ sub: "kim", iss: "https://id.example", aud: ["chat", "shop"] }))).toBeTruthy();
    await expect(keys.verify(await sign({ sub: "kim", iss: "https://else.example", aud: "chat" }))).rejects.toThrow();
    await expect(keys.verify(await sign({ sub: "kim", iss: "https://id.example", aud: "shop" }))).rejects.toThrow();
    await expect(keys.verify(await sign({ sub: "kim" }))).rejects.toThrow();
  });

  test("[C6] a key that is replaced opens nothing any more", async () => {
    const [old, young] = await Promise.all([pair("ES256"), pair("ES256")]);
    const keys = await keysOf([old.jwk]);
    keys.replace(await readKeySet({ keys: [young.jwk] }));
    await expect(keys.verify(await old.sign({ sub: "kim" }))).rejects.toBeInstanceOf(errors.JOSEError);
    expect(await keys.verify(await young.sign({ sub: "kim" }))).toMatchObject({ sub: "kim" });
  });
});

describe("a set of keys", () => {
  test("passes over keys for other purposes", async () => {
    const { jwk } = await pair("ES256");
    const { jwk: rsa } = await pair("RS256");
    expect(
      await readKeySet({ keys: [{ ...rsa, use: "enc" }, { ...rsa, alg: "RSA-OAEP" }, { kty: "AKP" }, 5, jwk] }),
    ).toHaveLength(1);
  });

  test("with a private key, a shared one, or none that can be used is refused, and the error holds no key", async () => {
    const { privateKey } = await pair("ES256");
    const secretJwk = { ...(await exportJWK(privateKey)), alg: "ES256" };
    const bad = [
      { keys: [secretJwk] },
      { keys: [{ kty: "oct", k: "c2VjcmV0" }] },
      { keys: [] },
      {},
      [],
      null,
      { keys: [{ kty: "EC", crv: "P-256", x: "x", y: "y" }] },
    ];
    for (const set of bad) {
      const error = await readKeySet(set).catch((error: unknown) => error);
      expect(error, JSON.stringify(set)).toBeInstanceOf(KeySetError);
      expect(String(error)).not.toContain(String(secretJwk.d));
    }
  });
});
