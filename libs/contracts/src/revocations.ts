/** Tokens that the site has taken back: how gateways keep them, and tell each other. Times are in s since 1970, as in tokens. */
import { z } from "zod";

/** The SHA-256, in base64url, of what is taken back: a token by its id, or the tokens of a user. */
export const RevocationKey = z.string().regex(/^[\w-]{43}$/);
export type RevocationKey = z.infer<typeof RevocationKey>;

export const Revocation = z.object({
  /** Of a user's tokens those issued before this, and those that do not say when they were. A single token has none. */
  before: z.number().exactOptional(),
  /** From then on it is forgotten. */
  until: z.number(),
});
export type Revocation = z.infer<typeof Revocation>;

/** Those whose keys begin with the same character: the value of one key of the bucket. */
export const StoredRevocations = z.object({ v: z.literal(1), revoked: z.record(RevocationKey, Revocation) });
export type StoredRevocations = z.infer<typeof StoredRevocations>;
