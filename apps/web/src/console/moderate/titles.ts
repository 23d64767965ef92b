/** Acts in words. */
import type { Problem } from "@madang/client";
import type { ConsoleWords } from "../../words/console.ts";
import type { Act } from "./acts.ts";

/** What it does, and to whom or what: "Mute kim". */
export function titleOf(words: ConsoleWords, act: Act): string {
  const name = words[`verb_${act.verb}`];
  switch (act.verb) {
    case "mute":
    case "ban":
    case "shadow":
      return words.verbAbout(name, act.seconds === undefined ? act.user : words.userFor(act.user, words.duration(act.seconds)));
    case "unmute":
    case "unban":
    case "unshadow":
    case "purge":
    case "unpurge":
      return words.verbAbout(name, act.user);
    case "delete":
    case "undelete":
    case "pin":
    case "unpin":
    case "approve":
    case "deny":
    case "resolve": {
      const { user, text } = act.about ?? {};
      const said = text === undefined || text === "" ? `#${act.offset}` : shortened(text);
      return words.verbAbout(name, user === undefined ? said : `${user}: ${said}`);
    }
    case "settings":
      return words.verbAbout(
        name,
        Object.keys(act.change)
          .map((key) => words.settingName(key))
          .join(", "),
      );
    case "lockdown":
      return act.seconds === 0 ? words.lockdownEnds : words.verbAbout(name, words.duration(act.seconds));
    case "grant":
      return words.verbAbout(name, `${act.user}: ${words[`role_${act.role}`]}`);
    case "room":
      return words.verbAbout(name, act.change.title ?? (act.change.state === undefined ? "" : words[`life_${act.change.state}`]));
    case "words":
      return name;
    default:
      return act satisfies never;
  }
}

/** A failure, so that a moderator knows what to do about it; what has no words of its own says the server's. */
export function problemWords(words: ConsoleWords, { code, message }: Problem): string {
  switch (code) {
    case 103:
      return words.problemNotAllowed;
    case 111:
      return words.problemTooFast;
    case 1000:
    case 1001:
    case 1002:
    case 1003:
    case 100:
      return words.problemNow;
    case 1100:
      return words.problemBanned;
    case 1111:
      return words.problemNotOpen;
    case 1112:
      return words.problemGone;
    case 1114:
      return words.problemTooMany;
    default:
      return `${message} (${code})`;
  }
}

export function shortened(text: string, length = 60): string {
  const letters = [...text];
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join("")}…`;
}
