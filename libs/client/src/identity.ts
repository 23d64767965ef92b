/** Where a visitor's identity is kept, so that they stay the same person. */
export interface IdentityStore {
  read(): string | undefined;
  write(identity: string): void;
}

const key = "identity";

/** In a browser `localStorage`, as long as it lets us; else in memory. */
export function defaultIdentity(): IdentityStore {
  let kept: string | undefined;
  return {
    read() {
      try {
        return localStorage.getItem(key) ?? kept;
      } catch {
        return kept;
      }
    },
    write(identity) {
      kept = identity;
      try {
        localStorage.setItem(key, identity);
      } catch {
        // Private windows and Node have none.
      }
    },
  };
}

/** A user id as people can read it: a visitor's is long, and its beginning tells it apart well enough. */
export function shortName(user: string): string {
  return user.startsWith("anon_") ? user.slice(0, 9) : user;
}

/** Who a token speaks for. The server has checked it; here it is only shown. */
export function claimsOf(token: string): { user: string; info?: unknown } {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const { sub, info } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown; info?: unknown };
    return { user: String(sub ?? ""), info };
  } catch {
    return { user: "" };
  }
}
