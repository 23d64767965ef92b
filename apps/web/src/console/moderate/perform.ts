/** Each act as the call of the room that makes it so. */
import type { ActionResult, Room } from "@madang/client";
import type { Act } from "./acts.ts";

export function performIn(room: Room): (act: Act) => Promise<ActionResult> {
  const { moderate } = room;
  return async (act) => {
    switch (act.verb) {
      case "mute":
      case "ban":
      case "shadow": {
        const { seconds, reason } = act;
        return await moderate[act.verb](act.user, {
          ...(seconds === undefined ? {} : { seconds }),
          ...(reason === undefined ? {} : { reason }),
        });
      }
      case "unmute":
      case "unban":
      case "unshadow":
      case "purge":
      case "unpurge":
        return await moderate[act.verb](act.user, act.reason);
      case "delete":
      case "undelete":
      case "deny":
      case "resolve":
        return await moderate[act.verb](act.offset, act.reason);
      case "pin":
      case "unpin":
      case "approve":
        return await moderate[act.verb](act.offset);
      case "settings":
        return await moderate.settings(act.change, act.reason);
      case "lockdown":
        return await moderate.lockdown(act.seconds, act.reason);
      case "grant":
        return await moderate.grant(act.user, act.role, act.reason);
      case "room":
        return await moderate.room(act.change);
      case "words":
        return await saved(moderate.setWords(act.words.rules, act.words.allow));
      default:
        return act satisfies never;
    }
  };
}

/** A list has no place in the room, as acts have. */
async function saved(saving: Promise<unknown>): Promise<ActionResult> {
  await saving;
  return { ok: true, offset: 0 };
}
