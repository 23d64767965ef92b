// Characters that change how others look, or cannot be seen at all.
import { remembering } from "./remembering.ts";

/** Default ignorables, format and control characters; but white space is seen, by the space that it leaves. */
export const isUnseen = remembering(
  (code) =>
    /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/u.test(String.fromCodePoint(code)) &&
    !((code >= 9 && code <= 13) || code === 0x85),
);

export const isMark = remembering((code) => code >= 0x300 && /\p{M}/u.test(String.fromCodePoint(code)));

/** Marks of no script, which are for all (a stroke through 바); but the two that tell が from か belong to kana. */
export const isInherited = remembering(
  (code) => /\p{Script=Inherited}/u.test(String.fromCodePoint(code)) && code !== 0x3099 && code !== 0x309a,
);
