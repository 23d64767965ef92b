/** What can be done in a room beside speaking: by staff, by an author, by a viewer, and by the site's own server. */
import { z } from "zod";
import { UserId } from "./ids.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { limits } from "./limits.ts";
import { Role } from "./roles.ts";
import { SettingsChange } from "./settings.ts";

const reason = z.string().max(200).exactOptional();
/** Of an event in the room. */
const offset = z.int().min(1);
/** Up to a year. Absent: until it is undone. */
const seconds = z.int().min(1).max(31_536_000).exactOptional();
const user = UserId;

export const RoomLifeState = z.enum(["scheduled", "open", "ended"]);
export type RoomLifeState = z.infer<typeof RoomLifeState>;

export const Action = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("mute"), user, seconds, reason }),
  z.strictObject({ type: z.literal("unmute"), user, reason }),
  z.strictObject({ type: z.literal("ban"), user, seconds, reason }),
  z.strictObject({ type: z.literal("unban"), user, reason }),
  /** Their messages reach themselves and staff alone, and they are not told. */
  z.strictObject({ type: z.literal("shadow"), user, seconds, reason }),
  z.strictObject({ type: z.literal("unshadow"), user, reason }),
  z.strictObject({ type: z.literal("delete"), offset, reason }),
  z.strictObject({ type: z.literal("undelete"), offset, reason }),
  /** All messages of a user up to now. */
  z.strictObject({ type: z.literal("purge"), user, reason }),
  z.strictObject({ type: z.literal("unpurge"), user, reason }),
  z.strictObject({ type: z.literal("edit"), offset, data: z.custom<JsonObject>(isJsonObject) }),
  z.strictObject({ type: z.literal("pin"), offset }),
  z.strictObject({ type: z.literal("unpin"), offset }),
  z.strictObject({ type: z.literal("configure"), settings: SettingsChange, reason }),
  /** 0 seconds end it. */
  z.strictObject({ type: z.literal("lockdown"), seconds: z.int().min(0).max(86_400), reason }),
  z.strictObject({ type: z.literal("grant"), user, role: Role, reason }),
  /** The room itself: what it is called, and whether it is on. */
  z.strictObject({
    type: z.literal("room"),
    title: z.string().max(200).exactOptional(),
    startsAt: z.int().min(0).max(limits.latestTimeMs).exactOptional(),
    state: RoomLifeState.exactOptional(),
  }),
  /** A held message. */
  z.strictObject({ type: z.literal("approve"), offset }),
  z.strictObject({ type: z.literal("deny"), offset, reason }),
  z.strictObject({ type: z.literal("report"), offset, reason }),
  /** A report, by its own offset. */
  z.strictObject({ type: z.literal("resolve"), offset, reason }),
  /** Paid; only the site's own server knows that. `amount` is in the currency's smallest unit, of which nobody pays 10^12 at once. */
  z.strictObject({
    type: z.literal("gift"),
    user,
    amount: z.int().min(1).max(1_000_000_000_000),
    currency: z.string().regex(/^[A-Z]{3}$/),
    data: z.custom<JsonObject>(isJsonObject).exactOptional(),
  }),
]);
export type Action = z.infer<typeof Action>;
export type ActionOf<T extends Action["type"]> = Extract<Action, { type: T }>;

/** Who may do it at least; `site`: the site's own server alone. An author may always edit and delete what is theirs. */
export const leastRole = {
  mute: "moderator",
  unmute: "moderator",
  ban: "moderator",
  unban: "moderator",
  shadow: "moderator",
  unshadow: "moderator",
  delete: "moderator",
  undelete: "moderator",
  purge: "moderator",
  unpurge: "moderator",
  edit: "viewer",
  pin: "moderator",
  unpin: "moderator",
  configure: "moderator",
  lockdown: "moderator",
  grant: "owner",
  room: "owner",
  approve: "moderator",
  deny: "moderator",
  report: "viewer",
  resolve: "moderator",
  gift: "site",
} as const satisfies Record<Action["type"], Role | "site">;
