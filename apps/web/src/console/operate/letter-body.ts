/** A letter's body as text that can be read. */

/** So that a large one does not take the page. */
export const mostShown = 100_000;

/** JSON on lines of its own, with what turns the direction of text or is not seen shown as what it is. */
export function bodyText({ encoding, data }: { readonly encoding: "utf8" | "base64"; readonly data: string }): string {
  const text = (encoding === "base64" ? data : pretty(data)).replace(/[\p{Cc}\p{Cf}]/gu, (one) =>
    one === "\n" || one === "\t" ? one : `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return text.length <= mostShown ? text : `${text.slice(0, mostShown)} …`;
}

function pretty(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}
