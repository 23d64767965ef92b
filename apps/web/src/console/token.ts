/** What a connection token says of its bearer. The server has checked it; here it only decides what is offered. */
export interface Claims {
  readonly user: string;
  readonly operator: boolean;
}

export function claimsOf(token: string | undefined): Claims | undefined {
  try {
    const part = (token?.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null || !("sub" in claims) || typeof claims.sub !== "string") return undefined;
    return { user: claims.sub, operator: "operator" in claims && claims.operator === true };
  } catch {
    return undefined;
  }
}
