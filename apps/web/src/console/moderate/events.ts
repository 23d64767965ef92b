/** What has happened in a room, in words, and what would take it back. */
import type { RoomEvent } from "@madang/client";
import type { Role } from "@madang/contracts";
import type { ConsoleWords } from "../../words/console.ts";
import type { Act, SettingsChange } from "./acts.ts";
import { settingWords } from "./setting-words.ts";
import { shortened } from "./titles.ts";

/** Why it was done, if somebody has said so. */
export const reasonOf = (event: RoomEvent | undefined): string | undefined => stringOf(event?.data.reason);
/** The words of a message, or else its data. */
export const textOf = (data: Readonly<Record<string, unknown>> | undefined): string =>
  data === undefined ? "" : (stringOf(data.text) ?? (Object.keys(data).length === 0 ? "" : JSON.stringify(data)));

const stringOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

const sanctions = ["mute", "unmute", "ban", "unban", "shadow", "unshadow"] as const;
type Sanction = (typeof sanctions)[number];
const sanctionOf = (value: unknown): Sanction | undefined => sanctions.find((one) => one === value);

/** What was done, without who did it: "Mute kim, until 14:05". */
export function eventWords(words: ConsoleWords, type: string, data: RoomEvent["data"]): string {
  const user = stringOf(data.user);
  const offset = numberOf(data.offset);
  const place = offset === undefined ? "" : `#${offset}`;
  const whose = user === undefined ? place : `${user} ${place}`.trim();
  switch (type) {
    case "moderated": {
      const action = sanctionOf(data.action);
      const until = numberOf(data.until);
      const name = action === undefined ? String(data.action) : words[`verb_${action}`];
      return words.verbAbout(name, until === undefined ? whose : words.userUntil(whose, words.timeAndDay(until)));
    }
    case "deleted":
      return words.verbAbout(words.verb_delete, whose);
    case "purged":
      return words.verbAbout(words.verb_purge, user ?? "");
    case "restored":
      return words.verbAbout(offset === undefined ? words.verb_unpurge : words.verb_undelete, whose);
    case "pinned":
      return words.verbAbout(words.verb_pin, shortened(textOf(messageData(data.message)) || place));
    case "unpinned":
      return words.verbAbout(words.verb_unpin, place);
    case "configured":
      return configuredWords(words, data);
    case "scheduled":
    case "opened":
    case "closed": {
      const state = ({ scheduled: "scheduled", opened: "open", closed: "ended" } as const)[type];
      return words.verbAbout(words.verb_room, words[`life_${state}`]);
    }
    case "granted":
      return words.verbAbout(words.verb_grant, `${user ?? ""}: ${roleWords(words, data.role)}`);
    case "held":
      return words.verbAbout(words.eventHeld, shortened(textOf(data)));
    case "approved":
      return words.verbAbout(words.verb_approve, place);
    case "denied":
      return words.verbAbout(words.verb_deny, place);
    case "reported":
      return words.verbAbout(words.eventReported, whose);
    case "resolved":
      return words.verbAbout(words.verb_resolve, place);
    case "edited":
      return words.verbAbout(words.eventEdited, place);
    case "resharded":
      return words.verbAbout(words.eventResharded, String(data.shards));
    case "rewound":
      return words.eventRewound;
    case "lost":
      return words.eventLost;
    default:
      return type;
  }
}

function configuredWords(words: ConsoleWords, data: RoomEvent["data"]): string {
  const settings = typeof data.settings === "object" && data.settings !== null ? data.settings : undefined;
  if (settings === undefined) return words.verbAbout(words.verb_room, stringOf(data.title) ?? "");
  const changes = Object.entries(settings).map(([key, value]) => settingWords(words, key, value));
  return words.verbAbout(words.verb_settings, changes.join(", "));
}

function roleWords(words: ConsoleWords, role: unknown): string {
  switch (role) {
    case "viewer":
    case "member":
    case "moderator":
    case "owner":
      return words[`role_${role}`];
    default:
      return String(role);
  }
}

const messageData = (message: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof message === "object" && message !== null && "data" in message
    ? (message.data as Readonly<Record<string, unknown>>)
    : undefined;

/** What takes it back, as far as the event itself says. What it replaced, such as a setting or a role, the event does not say. */
export function undoOf(event: RoomEvent): Act | undefined {
  const { data, offset: at, type } = event;
  const user = stringOf(data.user);
  const offset = numberOf(data.offset);
  const about = user === undefined ? {} : { about: { user } };
  switch (type) {
    case "moderated": {
      const action = sanctionOf(data.action);
      if (user === undefined || (action !== "mute" && action !== "ban" && action !== "shadow")) return undefined;
      return { verb: `un${action}`, user };
    }
    case "deleted":
      return offset === undefined ? undefined : { verb: "undelete", offset, ...about };
    case "purged":
      return user === undefined ? undefined : { verb: "unpurge", user };
    case "pinned":
      return offset === undefined ? undefined : { verb: "unpin", offset };
    case "denied":
      return offset === undefined ? undefined : { verb: "approve", offset };
    case "approved":
      // The message was posted anew right before the event that says so.
      return { verb: "delete", offset: at - 1 };
    case "configured": {
      const settings = data.settings as SettingsChange | undefined;
      return (settings?.lockdownUntil ?? 0) > 0 ? { verb: "lockdown", seconds: 0 } : undefined;
    }
    case "granted":
      return user === undefined || (data.role as Role) === "viewer" ? undefined : { verb: "grant", user, role: "viewer" };
    case "closed":
      return { verb: "room", change: { state: "open" } };
    default:
      return undefined;
  }
}
