// Makes src/confusables-data.ts from the confusables.txt of UTS #39:
//
//   node libs/words/scripts/confusables.mjs confusables.txt
//
// The file is https://www.unicode.org/Public/17.0.0/security/confusables.txt; ICU 78 holds the same in source/data/unidata/.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

/**
 * Letters without a basic Latin prototype in UTS #39 that people write for a Latin one all the same: small capitals (to which it
 * leads the Cyrillic в н т м к), currency signs, and forms that differ at a second look. Ours, from what is used in chats.
 */
const ours = {
  a: "ᴀɑ∆Δ∀",
  b: "ʙβбƀ฿₿",
  c: "ᴄ¢₵",
  d: "ᴅ",
  e: "ᴇεєз∃ɜξ€",
  f: "ꜰ",
  g: "ɢ₲",
  h: "ʜн",
  i: "ɪ",
  j: "ᴊ",
  k: "ᴋĸκк",
  l: "ʟ£",
  m: "ᴍмʍ",
  n: "ɴηпи₦",
  o: "ᴏ",
  p: "ᴘ₱",
  q: "ꞯ",
  r: "ʀ",
  s: "ꜱ₴",
  t: "ᴛтτ",
  u: "ᴜμц",
  v: "ᴠ",
  w: "ᴡω",
  x: "χ",
  y: "ʏ",
  z: "ᴢ",
};
const prototypes = new Map(Object.entries(ours).flatMap(([letter, others]) => [...others].map((other) => [other, letter])));

/** As folding.ts does before it asks the table. */
const plain = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

const source = process.argv[2];
if (source === undefined) throw new Error(`usage: node ${basename(process.argv[1])} confusables.txt`);
const text = readFileSync(source, "utf8");
const [, version] = /^# Version: ([\d.]+)$/m.exec(text) ?? [];
if (version === undefined) throw new Error(`${source} is no confusables.txt: it names no version`);

const table = new Map();
const add = (from, to) => {
  // What folds to basic Latin without the table needs no entry, and what is basic Latin already stays what it is: m is no rn here.
  if (/^[\p{L}\p{N}\p{S}]$/u.test(from) && !/^[\0-\x7f]*$/.test(plain(from)) && /^[a-z]{1,3}$/.test(to)) table.set(from, to);
};
for (const [, from, to] of text.matchAll(/^([\dA-F]+)\s*;\s*([\dA-F ]+?)\s*;\s*MA/gm)) {
  const prototype = String.fromCodePoint(...to.split(" ").map((code) => Number.parseInt(code, 16)));
  // The Greek beta leads to ß, and is written for b.
  const letters = [...(prototype === "ß" ? "b" : plain(prototype))].map((letter) => prototypes.get(letter) ?? letter).join("");
  // To UTS #39 the digits 0 and 1 are the letters O and l; a digit of another script is a digit to us.
  if (!/^\p{N}$/u.test(from)) add(String.fromCodePoint(Number.parseInt(from, 16)), letters);
}
for (const [other, letter] of prototypes) add(other, letter);
// Letters in circles and squares that Unicode does not decompose, and the letters that flags are made of.
for (const first of [0x1f150, 0x1f170, 0x1f1e6]) {
  for (let letter = 0; letter < 26; letter++) add(String.fromCodePoint(first + letter), String.fromCharCode(0x61 + letter));
}

// I and l are one to UTS #39. A capital whose small form is an i is an i.
for (const [from, to] of table) if (to === "l" && table.get(from.toLowerCase()) === "i") table.set(from, "i");

const byLetters = Object.groupBy([...table.keys()], (from) => table.get(from));
const rows = Object.keys(byLetters)
  .sort()
  .map((letters) => `  ${letters}: "${byLetters[letters].sort((a, b) => a.codePointAt(0) - b.codePointAt(0)).join("")}",`);
writeFileSync(
  new URL("../src/confusables-data.ts", import.meta.url),
  `// Made by scripts/confusables.mjs: do not edit. ${table.size} characters that look like basic Latin letters, by these letters.
// From confusables.txt of UTS #39, version ${version}, © Unicode, Inc., under the Unicode License v3 (SPDX: Unicode-3.0,
// https://www.unicode.org/license.txt), and from a short list of ours, which that script names.
// biome-ignore-all format: one row for each letter
export const confusables: Readonly<Record<string, string>> = {
${rows.join("\n")}
};
`,
);
