/** Who may do what. A role comes from the token's claims, or is granted in the room; the higher one counts. */
import { z } from "zod";
import { ClientInfo } from "./events.ts";
import { Author } from "./ids.ts";

/** From the least to the most. Staff are moderators and owners. */
export const Role = z.enum(["viewer", "member", "moderator", "owner"]);
export type Role = z.infer<typeof Role>;

export function isAtLeast(role: Role, least: Role): boolean {
  return Role.options.indexOf(role) >= Role.options.indexOf(least);
}

export function higher(one: Role, other: Role): Role {
  return isAtLeast(one, other) ? one : other;
}

export const isStaff = (role: Role) => isAtLeast(role, "moderator");

/** Who speaks to a room, as the gateway knows them: what tokens say. */
export const Speaker = z.object({
  /** `""`: the site's own server, which may do everything. */
  user: Author,
  info: ClientInfo.exactOptional(),
  role: Role,
  /** When the account was made, ms since 1970. Absent: the token does not say. */
  registeredAt: z.int().exactOptional(),
});
export type Speaker = z.infer<typeof Speaker>;

/** The site's own server, which may do everything. */
export const site: Speaker = { user: "", role: "owner" };
