/** Who is at this page, and its one connection. */
import { connect, type Madang } from "@madang/client";
import { keptToken, takeTokenOfAddress } from "./token-of-address.ts";

export interface Session {
  readonly client: Madang;
  /** Of whom the site knows. None: a visitor. */
  readonly token?: string;
  /** `?room=live:concert`; without it the lobby. */
  roomOfAddress(): string;
}

let current: Session | undefined;

/** Begins at the first call, and stays the same. */
export function session(): Session {
  current ??= begin();
  return current;
}

function begin(): Session {
  const token = takeTokenOfAddress() ?? keptToken();
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
