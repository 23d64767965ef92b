/** By what a token may be taken back: its user with the time it was issued, and its own id. */
import { createHash } from "node:crypto";
import type { RevocationKey } from "@madang/contracts";

export interface TokenMarks {
  readonly user: RevocationKey;
  /** Of its `jti`, if it has one. */
  readonly token?: RevocationKey;
  /** Its `iat`, s since 1970. Without one it counts as issued before anything else. */
  readonly issuedAt?: number;
}

/** `jti` as any token may have it: a number is taken for its digits. */
export function marksOf({ user, jti, iat }: { user: string; jti?: unknown; iat?: number | undefined }): TokenMarks {
  const id = typeof jti === "string" || typeof jti === "number" ? String(jti) : "";
  return {
    user: keyOfUser(user),
    ...(id === "" ? {} : { token: keyOfToken(id) }),
    ...(iat === undefined ? {} : { issuedAt: iat }),
  };
}

export const keyOfUser = (user: string): RevocationKey => keyOf("user", user);
export const keyOfToken = (id: string): RevocationKey => keyOf("token", id);

/** Names of users and ids of tokens have any characters and lengths, and one may read as the other. */
function keyOf(kind: "user" | "token", name: string): RevocationKey {
  return createHash("sha256").update(`${kind}\n${name}`).digest("base64url");
}
