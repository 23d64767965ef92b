/** Who is at this page, and its one connection. */
import { connect, type Madang } from "@madang/client";

export interface Session {
  readonly client: Madang;
  /** Of whom the site knows. None: a visitor. */
  readonly token?: string;
  /** `?room=live:concert`; without it the lobby. */
  roomOfAddress(): string;
}

const key = "madang.token";
let current: Session | undefined;

/** Begins at the first call, and stays the same. */
export function session(): Session {
  current ??= begin();
  return current;
}

function begin(): Session {
  const token = tokenOfAddress() ?? kept();
  // A link that somebody follows in a tab that has this page already loads nothing by itself.
  addEventListener("hashchange", () => {
    // The page that comes takes it out of the address: where nothing can be kept, it would be lost here.
    if (new URLSearchParams(location.hash.slice(1)).has("token")) location.reload();
  });
  const client = connect(token === undefined ? {} : { token });
  return { client, ...(token === undefined ? {} : { token }), roomOfAddress };
}

function roomOfAddress(): string {
  return new URLSearchParams(location.search).get("room") || "live:lobby";
}

/** `#token=…`: no server is told it. It goes out of the address at once, so that nobody copies it with that, and stays for this tab. */
function tokenOfAddress(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return undefined;
  history.replaceState(history.state, "", `${location.pathname}${location.search}`);
  try {
    if (token === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, token);
  } catch {
    // Then it is known until the page is left.
  }
  return token || undefined;
}

function kept(): string | undefined {
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
