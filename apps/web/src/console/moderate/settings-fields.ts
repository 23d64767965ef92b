/** The settings of a room that a moderator changes, each with its bounds and in the unit that a person thinks in. */
import type { RoomSettings } from "@madang/contracts";

interface Field<Kind extends string> {
  readonly kind: Kind;
}

/** `unit`: how many of the setting's own units one of the field's is. */
interface NumberField extends Field<"number"> {
  readonly unit: number;
  readonly name: "seconds" | "hours" | "lines" | "viewers" | "hearts";
  readonly least: number;
  readonly most: number;
  /** It may be left to the site. */
  readonly orSite?: true;
}

export type SettingsField =
  | NumberField
  | Field<"switch">
  | (Field<"choice"> & { readonly options: readonly ["everyone", "members"] });

/** A lockdown and a review are set by other means. */
export type FieldName = Exclude<keyof RoomSettings, "lockdownUntil" | "review" | "wordsChangedAt">;

const number = (name: NumberField["name"], unit: number, least: number, most: number): NumberField => ({
  kind: "number",
  ...{ name, unit, least, most },
});
const onOff = { kind: "switch" } as const;

export const settingsFields: Readonly<Record<FieldName, SettingsField>> = {
  slowModeMs: number("seconds", 1_000, 0, 3_600),
  slowModeExemptsMembers: onOff,
  uniqueChat: onOff,
  emoteOnly: onOff,
  links: onOff,
  audience: { kind: "choice", options: ["everyone", "members"] },
  accountAgeMs: number("hours", 3_600_000, 0, 366 * 24),
  frozen: onOff,
  editWindowMs: number("seconds", 1_000, 0, 86_400),
  samplePerS: { ...number("lines", 1, 0, 1_000), orSite: true },
  shardCapacity: number("viewers", 1, 0, 1_000_000),
  heartsPerUserPerS: number("hearts", 1, 1, 100),
};
