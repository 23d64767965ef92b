import { z } from "zod";

/** A room's id, which is its channel on the wire: an optional type (`live:`) and a name. One NATS subject token. */
export const RoomId = z
  .string()
  .regex(/^(?:[a-z][a-z0-9-]{0,15}:)?[A-Za-z0-9_-]{1,64}$/)
  .brand<"RoomId">();
export type RoomId = z.infer<typeof RoomId>;

/** Who speaks: the `sub` of a connection token, or `anon_…`. 1–128 characters, none of them a control character. */
export const UserId = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,128}$/u)
  .brand<"UserId">();
export type UserId = z.infer<typeof UserId>;

/** The author of an event: a user, or `""` for the server itself (its HTTP API). */
export const Author = z.union([UserId, z.literal("")]);
export type Author = z.infer<typeof Author>;

/** The sender's own id of a message, unique per user for the dedupe window: 1–64 printable ASCII characters, no space. */
export const MessageId = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/)
  .brand<"MessageId">();
export type MessageId = z.infer<typeof MessageId>;

/** One socket's id, given by the gateway at connect. */
export const ClientId = z.string().min(1).max(64).brand<"ClientId">();
export type ClientId = z.infer<typeof ClientId>;

/** One running replica: a name and a boot nonce. One NATS subject token and one KV key token. */
export const MemberId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,96}$/)
  .brand<"MemberId">();
export type MemberId = z.infer<typeof MemberId>;

/** The name of a new member: one replica's given name and a nonce of this boot. */
export function newMemberId(name: string): MemberId {
  return MemberId.parse(`${name}-${crypto.randomUUID().slice(0, 8)}`);
}

/** The life of a room's log. It changes only if the log lost history. */
export type Epoch = string;

export function newEpoch(): Epoch {
  return crypto.randomUUID().slice(0, 8);
}

/** A place in a room: the offset of its last event so far (0 for none), within an epoch. */
export interface Position {
  readonly offset: number;
  readonly epoch: Epoch;
}
