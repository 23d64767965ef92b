/** What a setting was changed to, in words: "Slow mode 30 seconds". */
import type { ConsoleWords } from "../../words/console.ts";
import { settingsFields } from "./settings-fields.ts";

export function settingWords(words: ConsoleWords, key: string, value: unknown): string {
  switch (key) {
    case "lockdownUntil":
      return Number(value) === 0 ? words.lockdownEnds : words.userUntil(words.settingName(key), words.timeAndDay(Number(value)));
    // It says when, as the event does too.
    case "wordsChangedAt":
      return words.settingAbout(key);
    default:
      return `${words.settingName(key)} ${valueWords(words, key, value)}`;
  }
}

/** As its field shows it, in the field's unit. */
function valueWords(words: ConsoleWords, key: string, value: unknown): string {
  const field = Object.entries(settingsFields).find(([name]) => name === key)?.[1];
  if (value === true) return words.on;
  if (value === false) return words.off;
  if (field?.kind === "number" && value === null) return words.asTheSite;
  if (field?.kind === "number" && typeof value === "number") return words.inUnit(value / field.unit, words[`unit_${field.name}`]);
  const option = field?.kind === "choice" ? field.options.find((one) => one === value) : undefined;
  if (option !== undefined) return words[`audience_${option}`];
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
