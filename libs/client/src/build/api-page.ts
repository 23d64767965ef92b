/** The API as a page, of the comments in the source: every name that the package exports, as its declaration says it. */

/** Where a reader begins, and what they need next. */
const order = [
  "madang",
  "room",
  "react",
  "replay",
  "moderation",
  "model",
  "events",
  "errors",
  "roles",
  "identity",
  "protocol",
  "wire",
];

/** @param types the declarations, by file without its ending; those of `index` say what is exported, and all of `react` is */
export function apiPage(types: ReadonlyMap<string, string>): string {
  const exported = exportsOf(types.get("index") ?? "");
  const files = [...exported.keys(), "react"].sort((one, other) => order.indexOf(one) - order.indexOf(other));
  const sections = files.map((file) => {
    const names = exported.get(file);
    const shown = declarationsOf(types.get(file) ?? "").filter(({ name }) => names === undefined || names.has(name));
    const path = file === "react" ? "@madang/client/react" : "@madang/client";
    return `## ${file}\n\nFrom \`${path}\`.\n\n${shown.map(section).join("\n")}`;
  });
  return `# API of @madang/client\n\n${sections.join("\n")}`;
}

interface Declaration {
  readonly name: string;
  /** What its comment says. */
  readonly prose: string;
  readonly code: string;
}

/** Names by file; undefined: all of them. */
function exportsOf(index: string): Map<string, Set<string> | undefined> {
  const files = new Map<string, Set<string> | undefined>();
  for (const [, what = "", file = ""] of index.matchAll(/export (?:type )?(\*|\{[^}]*\}) from "\.\/([^"]+)\.js"/g)) {
    const names = what.replaceAll(/[{}]|\btype\b/g, "").split(",");
    files.set(file, what === "*" ? undefined : new Set([...(files.get(file) ?? []), ...names.map((name) => name.trim())]));
  }
  return files;
}

function declarationsOf(text: string): Declaration[] {
  const found: Declaration[] = [];
  const start = /^(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export (?:declare )?(?:class|const|function|interface|type) (\w+)/gm;
  for (const match of text.matchAll(start)) {
    const [, comment = "", name = ""] = match;
    const from = match.index + comment.length;
    const code = text.slice(from, endOf(text, from)).replace("export declare ", "").replace("export ", "");
    const declaration = { name, prose: proseOf(comment), code: code.replace(/\n +#private;/, "") };
    const last = found.at(-1);
    // An overload, or the type of a constant.
    if (last?.name === name) found[found.length - 1] = { ...last, code: `${last.code}\n${declaration.code}` };
    else found.push(declaration);
  }
  return found;
}

/** Behind the brace that closes it, or the semicolon outside of all braces. */
function endOf(text: string, from: number): number {
  const isBody = /^export (?:declare )?(?:class|interface)/.test(text.slice(from, from + 40));
  let depth = 0;
  let inComment = false;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith("/**", at)) inComment = true;
    if (text.startsWith("*/", at)) inComment = false;
    if (inComment) continue;
    const character = text[at] as string;
    if ("{([".includes(character)) depth++;
    if ("})]".includes(character)) depth--;
    if (depth === 0 && (isBody ? character === "}" : character === ";")) return at + 1;
  }
  return text.length;
}

const proseOf = (comment: string) =>
  comment
    .replaceAll(/^\/\*\*|\*\/$|^ \* ?/gm, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");

const section = ({ name, prose, code }: Declaration) =>
  `### ${name}\n\n${prose === "" ? "" : `${prose}\n\n`}\`\`\`ts\n${code}\n\`\`\`\n`;
