import type { Role } from "./protocol.ts";

/** Whether one with this role may moderate. The room decides: this is for what to show. */
export function isStaff(role: Role): boolean {
  return role === "moderator" || role === "owner";
}
