/** Dead letters, for a person's eyes. Pure. */
import type { DeadLetter, KeptLetter } from "@madang/log";

const noLetter = "no letter that this version reads";

/** One line: what it is about, and why. */
export function lineOf({ id, time, letter }: KeptLetter): string {
  const when = new Date(time).toISOString();
  if (letter === undefined) return `${id}  ${when}  ?  ?  -  ${noLetter}`;
  const { source, room, offset = "-", reason } = letter;
  return `${id}  ${when}  ${source}  ${oneLine(room)}  ${offset}  ${oneLine(reason)}`;
}

/** All of it. */
export function wholeOf({ id, time, letter }: KeptLetter): string {
  const fields: [string, string | number | undefined][] = [
    ["id", id],
    ["time", new Date(time).toISOString()],
    ...(letter === undefined ? [["reason", noLetter] as [string, string]] : fieldsOf(letter)),
  ];
  const lines = fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(9)} ${oneLine(String(value))}`]));
  if (letter === undefined) return lines.join("\n");
  const { body, cut } = letter;
  return [...lines, "", readable(body), ...(cut ? ["… (the rest was too long to be kept)"] : [])].join("\n");
}

function fieldsOf({
  source,
  room,
  sequence,
  offset,
  type,
  author,
  lane,
  mentions,
  reason,
  body,
}: DeadLetter): [string, string | number | undefined][] {
  return [
    ["source", source],
    ["room", room],
    ["sequence", sequence],
    ["offset", offset],
    ["type", type],
    ["author", author],
    ["lane", lane],
    ["mentions", mentions?.join(" ")],
    ["reason", reason],
    ["body", `${body.length} bytes`],
  ];
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text as it is, and anything else in hexadecimal, sixteen bytes a line. */
function readable(body: Uint8Array): string {
  try {
    return visible(utf8.decode(body)).trimEnd();
  } catch {
    const bytes = Buffer.from(body);
    const rows: string[] = [];
    for (let at = 0; at < bytes.length; at += 16) {
      const row = bytes.subarray(at, at + 16);
      const hex = row.toString("hex").replace(/..(?=.)/g, "$& ");
      rows.push(
        `${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${row.toString("latin1").replace(/[^\x20-\x7e]/g, ".")}`,
      );
    }
    return rows.join("\n");
  }
}

// Control characters could rewrite what a terminal shows, and so could those that turn the direction of writing.
function visible(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const oneLine = (text: string) => visible(text).replace(/[\n\t]/g, " ");
