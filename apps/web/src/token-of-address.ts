/** A token that somebody's link brings: `#token=…`, which no server is told, or `?token=…`, as links of other chats have it. */

const key = "madang.token";

/** What an address says of a token, and the same address without it. An empty token takes back the one before. */
export function splitAddress(href: string): { token: string | undefined; address: string } {
  const url = new URL(href);
  const fragment = new URLSearchParams(url.hash.slice(1)).get("token");
  const query = url.searchParams.get("token");
  if (fragment !== null) url.hash = "";
  // Only where there is one: else the order and the writing of the others stay as they were.
  if (query !== null) url.searchParams.delete("token");
  // As it was, with its colons: people read and copy it.
  const search = url.search.replaceAll("%3A", ":").replaceAll("%2F", "/");
  return { token: fragment ?? query ?? undefined, address: `${url.pathname}${query === null ? url.search : search}${url.hash}` };
}

/** Takes the token out of the address at once, so that nobody copies it with that, and keeps it for this tab. */
export function takeTokenOfAddress(): string | undefined {
  const { token, address } = splitAddress(location.href);
  if (token === undefined) return undefined;
  history.replaceState(history.state, "", address);
  try {
    if (token === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, token);
  } catch {
    // Then it is known until the page is left.
  }
  return token || undefined;
}

/** The one that this tab has had before, unless its time is over. */
export function keptToken(): string | undefined {
  try {
    const token = sessionStorage.getItem(key);
    if (token !== null && hasExpired(token)) sessionStorage.removeItem(key);
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Nobody is let in with it any more, while a visitor may be. What is no token is for the server to say. */
function hasExpired(token: string): boolean {
  try {
    const claims = atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const { exp } = JSON.parse(claims) as { exp?: unknown };
    return typeof exp === "number" && exp * 1_000 < Date.now();
  } catch {
    return false;
  }
}
