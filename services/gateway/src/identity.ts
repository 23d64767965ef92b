/** Who is on the other end: what tokens say, and who an anonymous visitor is. */
import { DisconnectCode, ErrorCode, higher, isJsonObject, limits, Role, RoomId, UserId } from "@madang/contracts";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { Disconnect, ReplyError } from "./reply-error.ts";
import type { IsRevoked } from "./trust/revocations.ts";
import { clockTolerance, TokenKeys } from "./trust/token-keys.ts";
import { marksOf, type TokenMarks } from "./trust/token-marks.ts";

export interface Identity {
  readonly user: UserId;
  /** Repeated as `conn_info` in every event of this user. */
  readonly info?: unknown;
  /** When the token ends, seconds since 1970. */
  readonly expiresAt?: number;
  /** For an anonymous visitor: to be sent back in `connect.data` next time. */
  readonly anonymous?: string;
  /** What the token says of the user's rights. */
  readonly claims: Claims;
  /** By what the token may be revoked. */
  readonly marks: TokenMarks;
}

/** What a subscription token lets in: until when, s since 1970, and by what it may be revoked. */
export interface Admitted {
  readonly expiresAt: number | undefined;
  readonly marks: TokenMarks;
}

/** Of the year 9999: what lies beyond is ms. */
const latestSecond = 253_402_300_799;

/** In a connection token beside the standard claims: `role` holds in every room, `rooms` in those that it names. */
export const Claims = z.object({
  role: Role.exactOptional(),
  rooms: z.record(RoomId, Role).exactOptional(),
  /** Of `/api/operate/`: it says nothing of any room. */
  operator: z.boolean().exactOptional(),
  /** When the account was made, seconds since 1970, as all times in tokens are. */
  registered_at: z.number().min(0).max(latestSecond).exactOptional(),
});
export type Claims = z.infer<typeof Claims>;

/** What a user may do in a room, as far as the token says. */
export function roleIn({ role = "viewer", rooms }: Claims, room: RoomId): Role {
  return higher(role, rooms?.[room] ?? "viewer");
}

/** Of a visitor without a token. */
const noClaims: Claims = {};

const algorithm = "HS256";
/** Anonymous identities are signed with the same secret, and must never pass for connection tokens. */
const anonymousAudience = "madang:anonymous";
const anonymousLife = "30d";

export interface IdentitiesOptions {
  secret: string;
  keys?: TokenKeys;
  anonymous: boolean;
  isRevoked?: IsRevoked;
}

export class Identities {
  readonly #secret: Uint8Array;
  readonly #keys: TokenKeys;
  readonly #anonymous: boolean;
  readonly #isRevoked: IsRevoked;

  /** `keys`: that tokens are signed with; without them, the secret alone. `isRevoked`: without it, no token ever is. */
  constructor({ secret, keys, anonymous, isRevoked }: IdentitiesOptions) {
    this.#secret = new TextEncoder().encode(secret);
    this.#keys = keys ?? new TokenKeys({ secret });
    this.#anonymous = anonymous;
    this.#isRevoked = isRevoked ?? (() => false);
  }

  /**
   * Who connects. Without a token: the anonymous visitor that `data.identity` proves, or a new one.
   * @throws ReplyError 109 for a token that has expired, so that an SDK fetches another
   * @throws Disconnect 3500 for one that never was good or is revoked, or for none where anonymous visitors are not let in
   */
  async connecting(token: string | undefined, data: unknown): Promise<Identity> {
    if (token !== undefined && token !== "") return this.#user(await this.#verify(token));
    if (!this.#anonymous) throw new Disconnect(DisconnectCode.invalidToken);
    const known = isJsonObject(data) && typeof data.identity === "string" ? await this.#known(data.identity) : undefined;
    const user = known ?? UserId.parse(`anon_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`);
    const issuedAt = Math.floor(Date.now() / 1_000);
    const anonymous = await new SignJWT({})
      .setProtectedHeader({ alg: algorithm })
      .setIssuedAt(issuedAt)
      .setSubject(user)
      .setAudience(anonymousAudience)
      .setExpirationTime(anonymousLife)
      .sign(this.#secret);
    const marks = marksOf({ user, iat: issuedAt });
    // Revoked while it was signed: nobody has told this session.
    if (known !== undefined && this.#isRevoked(marks)) return this.connecting(undefined, undefined);
    return { user, anonymous, claims: noClaims, marks };
  }

  /** The same user with a newer token. @throws as `connecting` */
  async refreshing(token: string, user: UserId): Promise<Identity> {
    const identity = this.#user(await this.#verify(token));
    if (identity.user !== user) throw new Disconnect(DisconnectCode.invalidToken);
    return identity;
  }

  /**
   * A subscription token, which must name this user and this channel.
   * @throws ReplyError 109 when it has expired, 103 for any other fault
   */
  async subscribing(token: string, { user, room }: { user: UserId; room: RoomId }): Promise<Admitted> {
    const claims = await this.#verify(token).catch((error: unknown) => {
      throw error instanceof ReplyError ? error : new ReplyError(ErrorCode.permissionDenied, { cause: error });
    });
    if (claims.channel !== room || (claims.sub ?? "") !== user) throw new ReplyError(ErrorCode.permissionDenied);
    const { exp: expiresAt, iat, jti } = claims;
    const marks = marksOf({ user, jti, iat });
    if (this.#isRevoked(marks)) throw new ReplyError(ErrorCode.permissionDenied);
    return { expiresAt, marks };
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      const payload = await this.#keys.verify(token);
      if ([payload.aud].flat().includes(anonymousAudience)) throw new Disconnect(DisconnectCode.invalidToken);
      return payload;
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw new ReplyError(ErrorCode.tokenExpired, { cause });
      throw cause instanceof Disconnect ? cause : new Disconnect(DisconnectCode.invalidToken, { cause });
    }
  }

  #user(claims: JWTPayload): Identity {
    const user = UserId.safeParse(claims.sub);
    const tooLong = claims.info !== undefined && Buffer.byteLength(JSON.stringify(claims.info)) > limits.infoBytes;
    // A token with a channel is for a subscription, and opens no connection.
    const rights = Claims.safeParse(claims);
    if (!user.success || !rights.success || tooLong || claims.channel !== undefined)
      throw new Disconnect(DisconnectCode.invalidToken);
    const marks = marksOf({ user: user.data, jti: claims.jti, iat: claims.iat });
    if (this.#isRevoked(marks)) throw new Disconnect(DisconnectCode.invalidToken);
    return {
      user: user.data,
      claims: rights.data,
      marks,
      ...(claims.info === undefined ? {} : { info: claims.info }),
      ...(claims.exp === undefined ? {} : { expiresAt: claims.exp }),
    };
  }

  /** A forged, expired or revoked identity is no error: its bearer becomes a new visitor. */
  async #known(identity: string): Promise<UserId | undefined> {
    try {
      const { payload } = await jwtVerify(identity, this.#secret, {
        algorithms: [algorithm],
        audience: anonymousAudience,
        clockTolerance,
      });
      const user = UserId.parse(payload.sub);
      return this.#isRevoked(marksOf({ user, iat: payload.iat })) ? undefined : user;
    } catch {
      return undefined;
    }
  }
}
