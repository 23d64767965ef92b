/** For tests: who gets lines, rooms to which nobody has done anything, and users who block nobody. */
import { hash32, type Role } from "@madang/contracts";

export function recipient(user = "kim", { role = "viewer" as Role, blocked = [] as readonly string[] } = {}) {
  return { user, role, blocked: new Set(blocked), hash: hash32(user) };
}

export const noCards = { read: async () => undefined, follow: () => ({ close: () => {} }) };

export const noBlocks = { hold: () => ({ users: new Set<string>(), loaded: Promise.resolve(), release: () => {} }) };
