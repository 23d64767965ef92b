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
    if (takeTokenOfAddress() !== undefined) location.reload();
  });
  const client = connect(token === undefined ? {} : { token });
  return { client, ...(token === undefined ? {} : { token }), roomOfAddress };
}

function roomOfAddress(): string {
  return new URLSearchParams(location.search).get("room") || "live:lobby";
}
