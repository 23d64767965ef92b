/** What a site tells of a gift besides its sum. */
import type { Gift } from "@madang/client";
import type { Names } from "../words/names.ts";

/** The name that the site gave with it, or else the user's. */
export function giver({ user, data }: Gift, names: Names): string {
  return typeof data?.name === "string" && data.name !== "" ? data.name : names.ofUser(user);
}

/** What the giver said with it; nothing, if nothing. */
export function saidWith({ data }: Gift): string {
  const said = data?.text ?? data?.message;
  return typeof said === "string" ? said : "";
}
