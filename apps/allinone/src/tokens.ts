/** Connection tokens as a site makes them, with this installation's own secret. */
import type { Environment } from "@madang/runtime";
import { SignJWT } from "jose";

export interface TokenFields {
  user: string;
  info?: object;
  /** More claims, such as `role` and `operator`. */
  rights?: object;
  /** Such as `1h`. */
  within: string;
}

/** @param settings where the secret is, and what tokens have to say of their maker and of whom they are for */
export function tokenMaker(settings: Environment): (fields: TokenFields) => Promise<string> {
  const { MADANG_TOKEN_SECRET = "", MADANG_TOKEN_ISSUER: issuer, MADANG_TOKEN_AUDIENCE: audience } = settings;
  return ({ user, info, rights, within }) => {
    const token = new SignJWT({ ...(info === undefined ? {} : { info }), ...rights })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(user)
      .setIssuedAt()
      .setExpirationTime(within);
    if (issuer) token.setIssuer(issuer);
    if (audience) token.setAudience(audience);
    return token.sign(new TextEncoder().encode(MADANG_TOKEN_SECRET));
  };
}
