// Control characters, save newline and tab, and the marks that turn reading direction around for the text after them.
const unwanted = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Text as the room keeps it: NFC, well-formed, without what could corrupt a terminal or another comment's line. */
export function normalizeText(text: string): string {
  return text.toWellFormed().normalize("NFC").replace(unwanted, "");
}
