/** Which picture the address asks for. */

/**
 * `?video=` names a file of this very site: whoever can make others open an address must not choose what they see here from elsewhere.
 * Undefined: none, or one of another site.
 */
export function videoOf({ href, origin, search }: Pick<Location, "href" | "origin" | "search">): string | undefined {
  const asked = new URLSearchParams(search).get("video");
  if (asked === null || asked === "" || !URL.canParse(asked, href)) return undefined;
  const url = new URL(asked, href);
  return url.origin === origin ? url.href : undefined;
}
