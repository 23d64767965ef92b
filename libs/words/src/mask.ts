// What is shown in the place of a banned word.

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** The text with an asterisk for each grapheme that a reader sees in the ranges. They may overlap; all else stays as it is. */
export function mask(text: string, ranges: readonly { start: number; end: number }[]): string {
  let masked = "";
  let at = 0;
  for (const { start, end } of merged(ranges)) {
    // What cannot be seen would get an asterisk of its own where it does not join.
    const shown = text.slice(start, end).replace(unseen, "");
    masked += text.slice(at, start) + "*".repeat([...graphemes.segment(shown)].length);
    at = end;
  }
  return masked + text.slice(at);
}

function merged(ranges: readonly { start: number; end: number }[]): { start: number; end: number }[] {
  const apart: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = apart.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else apart.push({ start, end });
  }
  return apart;
}
