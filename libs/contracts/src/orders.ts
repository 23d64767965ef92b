/** What the site's own server wants done to a user's sockets, wherever they are. To do it twice changes nothing. */
import { z } from "zod";
import { ClientId, MemberId, RoomId, UserId } from "./ids.ts";
import { Revocation, RevocationKey } from "./revocations.ts";

export const Order = z.discriminatedUnion("order", [
  /** Without `client`: all of the user's connections. */
  z.object({ v: z.literal(1), order: z.literal("disconnect"), user: UserId, client: ClientId.exactOptional() }),
  z.object({ v: z.literal(1), order: z.literal("unsubscribe"), user: UserId, room: RoomId }),
  /** It is stored already: whoever missed this finds it there. */
  z.object({ v: z.literal(1), order: z.literal("revoke"), key: RevocationKey, revocation: Revocation }),
]);
export type Order = z.infer<typeof Order>;

/** It is done there. */
export const OrderDone = z.object({ v: z.literal(1), member: MemberId });
export type OrderDone = z.infer<typeof OrderDone>;
