import { limits, RoomId, UserId } from "@madang/contracts";
import { SignJWT } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { Identities, roleIn } from "./identity.ts";
import { marksOf } from "./trust/token-marks.ts";

const secret = "a-secret-for-tests-only";
const identities = new Identities({ secret, anonymous: true });
const strict = new Identities({ secret, anonymous: false });
const room = RoomId.parse("live:a");
const kim = UserId.parse("kim");

const token = (claims: object, { alg = "HS256", key = secret } = {}) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"sub":"kim"}').toString("base64url")}.`;

describe("who connects", () => {
  test("[C5] is who the token says, with its info and its end", async () => {
    const exp = inSeconds(60);
    expect(await identities.connecting(await token({ sub: "kim", info: { name: "김" }, exp }), undefined)).toEqual({
      user: "kim",
      info: { name: "김" },
      expiresAt: exp,
      claims: {},
      marks: marksOf({ user: "kim" }),
    });
  });

  test("[C6] a token that never was good ends the connection for good", async () => {
    const bad = [
      "nonsense",
      unsigned,
      await token({ sub: "kim" }, { key: "another-secret" }),
      await token({ sub: "kim" }, { alg: "HS512" }),
      await token({}),
      await token({ sub: "" }),
      await token({ sub: "a\u0000b" }),
      await token({ sub: 5 }),
      await token({ sub: "kim", channel: room }),
      await token({ sub: "kim", info: "x".repeat(3_000) }),
      await token({ sub: "kim", nbf: inSeconds(60) }),
    ];
    for (const one of bad)
      await expect(identities.connecting(one, undefined), one).rejects.toMatchObject({ close: { code: 3500 } });
  });

  test("[C6] an expired token is answered with 109", async () => {
    const expired = await token({ sub: "kim", exp: inSeconds(-60) });
    await expect(identities.connecting(expired, undefined)).rejects.toMatchObject({ reply: { code: 109 } });
  });

  test("[C7] a visitor is the same visitor with the identity it was given, and a new one with a forged one", async () => {
    const first = await identities.connecting(undefined, undefined);
    expect(first.user).toMatch(/^anon_/);
    expect((await identities.connecting("", { identity: first.anonymous })).user).toBe(first.user);
    const forged = await token({ sub: "anon_someone", aud: "madang:anonymous" }, { key: "another-secret" });
    for (const identity of [forged, "x", 5, await token({ sub: "kim" })]) {
      const { user } = await identities.connecting(undefined, { identity });
      expect(user).toMatch(/^anon_[0-9a-f]{16}$/);
      expect(user).not.toBe(first.user);
    }
  });

  test("[C7] a visitor's identity is no connection token, and strangers stay out where they are not let in", async () => {
    const { anonymous } = await identities.connecting(undefined, undefined);
    await expect(strict.connecting(anonymous, undefined)).rejects.toMatchObject({ close: { code: 3500 } });
    await expect(strict.connecting(undefined, { identity: anonymous })).rejects.toMatchObject({ close: { code: 3500 } });
  });

  test("[C9] only the same user may refresh", async () => {
    expect((await identities.refreshing(await token({ sub: "kim" }), kim)).user).toBe("kim");
    await expect(identities.refreshing(await token({ sub: "lee" }), kim)).rejects.toMatchObject({ close: { code: 3500 } });
  });
});

describe("what a token says of rights", () => {
  const claimsOf = async (claims: object) =>
    (await identities.connecting(await token({ sub: "kim", ...claims }), undefined)).claims;

  test("[C17] a role holds everywhere, one of a room there alone, and the higher one counts", async () => {
    const claims = await claimsOf({ role: "member", rooms: { "live:a": "moderator", "live:b": "viewer" } });
    const roles = ["live:a", "live:b", "live:c", "constructor"].map((id) => roleIn(claims, RoomId.parse(id)));
    expect(roles).toEqual(["moderator", "member", "member", "member"]);
    expect(roleIn(await claimsOf({}), room)).toBe("viewer");
  });

  test("[O1] whether a user operates the site is no role in any room", async () => {
    const claims = await claimsOf({ operator: true });
    expect(claims).toEqual({ operator: true });
    expect(roleIn(claims, room)).toBe("viewer");
  });

  test("[C17] a role that there is not, a room that cannot be, or a time that is none ends the connection for good", async () => {
    const bad = [
      { role: "king" },
      { role: null },
      { role: ["owner"] },
      { rooms: "live:a" },
      { rooms: ["live:a"] },
      { rooms: { "live:a": "king" } },
      { rooms: { "live:a": true } },
      { rooms: { "no such": "owner" } },
      { rooms: { "live:*": "owner" } },
      { registered_at: "2020-01-01" },
      { registered_at: -1 },
      { registered_at: Date.now() },
      { operator: "yes" },
      { operator: 1 },
    ];
    for (const claims of bad) {
      const forged = await token({ sub: "kim", ...claims });
      const why = JSON.stringify(claims);
      await expect(identities.connecting(forged, undefined), why).rejects.toMatchObject({ close: { code: 3500 } });
      await expect(identities.refreshing(forged, kim), why).rejects.toMatchObject({ close: { code: 3500 } });
    }
  });

  test("[C17] a visitor has no rights, whatever is sent along", async () => {
    expect((await identities.connecting(undefined, { role: "owner" })).claims).toEqual({});
  });
});

describe("a subscription token", () => {
  test("[S9] names this user and this channel", async () => {
    const exp = inSeconds(60);
    const marks = marksOf({ user: "kim", jti: "t", iat: 5 });
    expect(
      await identities.subscribing(await token({ sub: "kim", channel: room, exp, jti: "t", iat: 5 }), { user: kim, room }),
    ).toEqual({ expiresAt: exp, marks });
    for (const claims of [{ sub: "lee", channel: room }, { sub: "kim", channel: "live:b" }, { sub: "kim" }]) {
      await expect(identities.subscribing(await token(claims), { user: kim, room })).rejects.toMatchObject({
        reply: { code: 103 },
      });
    }
    await expect(identities.subscribing("nonsense", { user: kim, room })).rejects.toMatchObject({ reply: { code: 103 } });
    const expired = await token({ sub: "kim", channel: room, exp: inSeconds(-60) });
    await expect(identities.subscribing(expired, { user: kim, room })).rejects.toMatchObject({ reply: { code: 109 } });
  });
});

describe("a clock that differs from the site's", () => {
  const leeway = limits.tokenLeewayMs / 1_000;

  test("[C20] does no harm within 10 s, and is not believed beyond", async () => {
    const within: object[] = [{ exp: inSeconds(-leeway + 3) }, { nbf: inSeconds(leeway - 3) }, { iat: inSeconds(leeway - 3) }];
    for (const claims of within)
      expect((await identities.connecting(await token({ sub: "kim", ...claims }), undefined)).user).toBe("kim");
    const expired = await token({ sub: "kim", exp: inSeconds(-leeway - 1) });
    await expect(identities.connecting(expired, undefined)).rejects.toMatchObject({ reply: { code: 109 } });
    // One of ms lies in the future, too.
    for (const claims of [{ nbf: inSeconds(leeway + 3) }, { iat: inSeconds(leeway + 3) }, { iat: Date.now() }]) {
      const early = await token({ sub: "kim", ...claims });
      await expect(identities.connecting(early, undefined)).rejects.toMatchObject({ close: { code: 3500 } });
    }
  });
});

describe("a revoked token", () => {
  const { user: ofKim } = marksOf({ user: "kim" });
  const revoked = new Set<string>();
  const some = new Identities({
    secret,
    anonymous: true,
    isRevoked: ({ user, token = "", issuedAt = 0 }) => revoked.has(token) || (revoked.has(user) && issuedAt < 1_000),
  });
  const keyOf = (jti: string) => marksOf({ user: "", jti }).token ?? "";
  beforeEach(() => revoked.clear());

  test("[C19] neither connects nor refreshes: both end the connection for good", async () => {
    revoked.add(ofKim).add(keyOf("stolen"));
    for (const claims of [{ iat: 999 }, {}, { iat: 2_000, jti: "stolen" }, { exp: inSeconds(60) }]) {
      const one = await token({ sub: "kim", ...claims });
      await expect(some.connecting(one, undefined)).rejects.toMatchObject({ close: { code: 3500 } });
      await expect(some.refreshing(one, kim)).rejects.toMatchObject({ close: { code: 3500 } });
    }
    for (const claims of [{ sub: "kim", iat: 1_000 }, { sub: "kim", iat: 2_000, jti: "other" }, { sub: "lee" }])
      expect((await some.connecting(await token(claims), undefined)).user).toBe(claims.sub);
  });

  test("[C19] lets nobody subscribe: 103", async () => {
    const one = await token({ sub: "kim", channel: room, jti: "s", iat: 5 });
    expect(await some.subscribing(one, { user: kim, room })).toMatchObject({ expiresAt: undefined });
    for (const key of [ofKim, keyOf("s")]) {
      revoked.clear();
      revoked.add(key);
      await expect(some.subscribing(one, { user: kim, room })).rejects.toMatchObject({ reply: { code: 103 } });
    }
  });

  test("[C7] [C19] that is a visitor's identity makes a new visitor, and one that is given later is good", async () => {
    const { user, anonymous, marks } = await some.connecting(undefined, undefined);
    expect(marks.issuedAt).toBeGreaterThan(inSeconds(-60));
    expect((await some.connecting(undefined, { identity: anonymous })).user).toBe(user);
    // Of a time when identities did not say when they were given.
    const old = await token({ sub: user, aud: "madang:anonymous" });
    expect((await some.connecting(undefined, { identity: old })).user).toBe(user);
    revoked.add(marksOf({ user }).user);
    expect((await some.connecting(undefined, { identity: old })).user).not.toBe(user);
    expect((await some.connecting(undefined, { identity: anonymous })).user).toBe(user);
  });

  test("[C19] that is a visitor's identity and is revoked in the moment in which it is signed anew makes a new visitor", async () => {
    const { user, anonymous } = await identities.connecting(undefined, undefined);
    let looks = 0;
    const amid = new Identities({
      secret,
      anonymous: true,
      isRevoked: (marks) => marks.user === marksOf({ user }).user && ++looks > 1,
    });
    expect((await amid.connecting(undefined, { identity: anonymous })).user).not.toBe(user);
    expect(looks).toBe(2);
  });
});
