/**
 * Where an address of the page that was here before leads now: `/#live:concert`, and `/?token=…#live:concert` where visitors need a token.
 * Undefined: it is an address of this page, which takes a token by itself.
 */
export function formerAddress({ search, hash }: { search: string; hash: string }): string | undefined {
  const token = new URLSearchParams(search).get("token");
  const room = decoded(hash.slice(1));
  if (!/^(?:[a-z][a-z0-9-]{0,15}:)?[A-Za-z0-9_-]{1,64}$/.test(room)) return undefined;
  const target = `./live?room=${encodeURIComponent(room)}`;
  return token === null ? target : `${target}#token=${encodeURIComponent(token)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
