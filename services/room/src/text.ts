// Control characters, save newline and tab, and the marks that turn reading direction around for the text after them.
const unwanted = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** More marks on one letter than any language has: pointed Hebrew and stacked Tibetan get by with five. */
const piledUp = /(\p{M}{8})\p{M}+/gu;

/** Text as the room keeps it: NFC, well-formed, without what could corrupt a terminal or cover other comments' lines. */
export function normalizeText(text: string): string {
  return text.toWellFormed().normalize("NFC").replace(unwanted, "").replace(piledUp, "$1");
}
