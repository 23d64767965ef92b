import { RoomSettings } from "@madang/contracts";
import { describe, expect, test } from "vitest";
import { settingsFields } from "./settings-fields.ts";

describe("the console's settings", () => {
  test("are all that the room has, save those that are set by other means", () => {
    const others = ["lockdownUntil", "review", "wordsChangedAt"];
    expect(Object.keys(settingsFields).sort()).toEqual(
      Object.keys(RoomSettings.shape)
        .filter((key) => !others.includes(key))
        .sort(),
    );
  });

  test("[G11] have the room's bounds: the least and the most are taken, and a step beyond is not", () => {
    for (const [key, field] of Object.entries(settingsFields)) {
      const { shape } = RoomSettings;
      const takes = (value: unknown) => shape[key as keyof typeof shape].safeParse(value).success;
      if (field.kind === "number") {
        const steps = [field.least - 1, field.least, field.most, field.most + 1];
        expect([key, ...steps.map((step) => takes(step * field.unit))]).toEqual([key, false, true, true, false]);
        expect([key, takes(null)]).toEqual([key, field.orSite === true]);
      } else if (field.kind === "choice") expect(field.options.every(takes)).toBe(true);
      else expect([key, takes(true), takes(false)]).toEqual([key, true, true]);
    }
  });
});
