/** What the desk's deeds say of comments and people, so that an act shows before the room has told of it. */
import type { Deed } from "./desk.ts";

export type Mark = "pending" | "done" | "failed";

export interface Marks {
  /** By offset: gone, or on its way there. */
  readonly deleted: ReadonlyMap<number, Mark>;
  /** By user: what they were given here, the last of each. */
  readonly users: ReadonlyMap<string, { readonly verb: "mute" | "ban" | "shadow" | "purge"; readonly mark: Mark }>;
  /** By offset of a held message or a report: dealt with, or on its way. */
  readonly handled: ReadonlyMap<number, Mark>;
}

export function marksOf(deeds: readonly Deed[]): Marks {
  const deleted = new Map<number, Mark>();
  const handled = new Map<number, Mark>();
  const users = new Map<string, { verb: "mute" | "ban" | "shadow" | "purge"; mark: Mark }>();
  const lifted = new Set<string>();
  const restored = new Set<number>();
  // The newest first: the first word on each counts.
  for (const { act, state } of deeds) {
    if (state.kind === "undone") continue;
    const mark: Mark = state.kind;
    switch (act.verb) {
      case "delete":
        if (!deleted.has(act.offset) && !restored.has(act.offset)) deleted.set(act.offset, mark);
        break;
      case "undelete":
        if (state.kind === "done") restored.add(act.offset);
        break;
      case "approve":
      case "deny":
      case "resolve":
        if (!handled.has(act.offset)) handled.set(act.offset, mark);
        break;
      case "mute":
      case "ban":
      case "shadow":
      case "purge":
        if (!users.has(act.user) && !lifted.has(`${act.verb} ${act.user}`)) users.set(act.user, { verb: act.verb, mark });
        break;
      case "unmute":
      case "unban":
      case "unshadow":
      case "unpurge":
        if (state.kind !== "failed") lifted.add(`${act.verb.slice(2)} ${act.user}`);
        break;
      default:
    }
  }
  return { deleted, users, handled };
}
