/** What a moderator does, as data: so that it can be shown, made again and undone. */
import type { Role, RoomLifeState, RoomSettings, WordRule } from "@madang/contracts";

export type SettingsChange = Readonly<Partial<RoomSettings>>;

export interface Words {
  readonly rules: readonly WordRule[];
  readonly allow: readonly string[];
}

export interface RoomChange {
  readonly title?: string;
  readonly state?: RoomLifeState;
  readonly startsAt?: number;
}

/** Whom or what it is about, for those who read of it later. */
interface About {
  readonly user?: string;
  readonly text?: string;
}

interface WithReason {
  readonly reason?: string;
}

export type Act = WithReason &
  (
    | { readonly verb: "mute" | "ban" | "shadow"; readonly user: string; readonly seconds?: number }
    | { readonly verb: "unmute" | "unban" | "unshadow" | "purge" | "unpurge"; readonly user: string }
    | {
        readonly verb: "delete" | "undelete" | "pin" | "unpin" | "approve" | "deny" | "resolve";
        readonly offset: number;
        readonly about?: About;
      }
    | { readonly verb: "settings"; readonly change: SettingsChange; readonly before?: SettingsChange }
    | { readonly verb: "lockdown"; readonly seconds: number }
    | { readonly verb: "grant"; readonly user: string; readonly role: Role; readonly before?: Role }
    | { readonly verb: "room"; readonly change: RoomChange; readonly before?: RoomChange }
    | { readonly verb: "words"; readonly words: Words; readonly before?: Words }
  );

export type Verb = Act["verb"];

/** A mute that one key makes: long enough to calm down, short enough to need no thought. */
export const usualMuteSeconds = 600;

const inverses = {
  mute: "unmute",
  ban: "unban",
  shadow: "unshadow",
  purge: "unpurge",
  delete: "undelete",
  pin: "unpin",
  unpin: "pin",
  undelete: "delete",
  unpurge: "purge",
} as const;

/** What takes it back, if anything does. `offset`: where the act stands in its room. */
export function inverseOf(act: Act, offset?: number): Act | undefined {
  switch (act.verb) {
    case "mute":
    case "ban":
    case "shadow":
    case "purge":
    case "unpurge":
      return { verb: inverses[act.verb], user: act.user };
    case "delete":
    case "undelete":
    case "pin":
    case "unpin":
      return { verb: inverses[act.verb], offset: act.offset, ...(act.about === undefined ? {} : { about: act.about }) };
    case "deny":
      return { verb: "approve", offset: act.offset, ...(act.about === undefined ? {} : { about: act.about }) };
    case "approve":
      // The message is posted anew right before the event that says so.
      return offset === undefined
        ? undefined
        : { verb: "delete", offset: offset - 1, ...(act.about === undefined ? {} : { about: act.about }) };
    case "settings":
      return act.before === undefined ? undefined : { verb: "settings", change: act.before, before: act.change };
    case "lockdown":
      return act.seconds === 0 ? undefined : { verb: "lockdown", seconds: 0 };
    case "grant":
      return act.before === undefined ? undefined : { verb: "grant", user: act.user, role: act.before, before: act.role };
    case "room":
      return act.before === undefined ? undefined : { verb: "room", change: act.before, before: act.change };
    case "words":
      return act.before === undefined ? undefined : { verb: "words", words: act.before, before: act.words };
    // How long it was to last is not known any more; a report that is dealt with is for its maker to make again.
    case "unmute":
    case "unban":
    case "unshadow":
    case "resolve":
      return undefined;
    default:
      return act satisfies never;
  }
}
