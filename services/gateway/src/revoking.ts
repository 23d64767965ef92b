/** What the site's server takes back: one token by its id, or a user's tokens by when they were issued. Shaped like Centrifugo's. */
import { limits, type Revocation, type RevocationKey, UserId } from "@madang/contracts";
import { z } from "zod";
import { badRequest, read } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import { keyOfToken, keyOfUser } from "./trust/token-marks.ts";

type Revoking = Pick<Gateway, "revocations" | "orders" | "now">;

const expire_at = z.int().min(0).exactOptional();
// Strict: what we do not know of (a `channel`, say) would make less of it.
const RevokeTokenCall = z.strictObject({ uid: z.string().min(1).max(limits.tokenIdLength), expire_at });
const InvalidateUserTokensCall = z.strictObject({ user: UserId, issued_before: z.int().min(0).exactOptional(), expire_at });

/** @throws ReplyError */
export async function revokeToken(gateway: Revoking, call: unknown): Promise<object> {
  const { uid, expire_at } = read(RevokeTokenCall, call);
  return revoke(gateway, keyOfToken(uid), { until: untilOf(gateway, expire_at) });
}

/** @throws ReplyError */
export async function invalidateUserTokens(gateway: Revoking, call: unknown): Promise<object> {
  const { user, issued_before, expire_at } = read(InvalidateUserTokensCall, call);
  const now = gateway.now() / 1_000;
  // Tokens know whole seconds: those of the one that runs were issued until now, as far as anybody can tell.
  const before = issued_before ?? Math.floor(now) + 1;
  // Of ms, say: all that the user will ever get would be refused, and nobody takes that back.
  if (before > now + limits.tokenLeewayMs / 1_000) throw badRequest("issued_before: lies in the future");
  return revoke(gateway, keyOfUser(user), { before, until: untilOf(gateway, expire_at) });
}

/** Answers when it is stored, and every gateway has it. @throws ReplyError 100, temporary: to repeat it is harmless */
async function revoke({ revocations, orders }: Revoking, key: RevocationKey, revocation: Revocation): Promise<object> {
  await revocations.revoke(key, revocation);
  await orders.give({ v: 1, order: "revoke", key, revocation });
  return {};
}

/** s since 1970 */
function untilOf({ now }: Revoking, expiresAt: number | undefined): number {
  const nowS = now() / 1_000;
  const latest = Math.ceil(nowS + limits.revokedForMs / 1_000);
  if (expiresAt === undefined) return latest;
  if (expiresAt <= nowS) throw badRequest("expire_at: lies in the past");
  // A token is accepted for so long after its end.
  return Math.min(latest, Math.ceil(expiresAt + limits.tokenLeewayMs / 1_000));
}
