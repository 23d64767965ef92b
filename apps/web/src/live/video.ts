/** Which picture the address asks for. */

/**
 * `?video=` names a file of this site, or of one from which the page's policy allows pictures (`MADANG_MEDIA_ORIGINS`): from elsewhere the
 * browser loads none, so that nobody chooses by an address what others see here. Undefined: none.
 */
export function videoOf({ href, search }: Pick<Location, "href" | "search">): string | undefined {
  const asked = new URLSearchParams(search).get("video");
  if (asked === null || asked === "" || !URL.canParse(asked, href)) return undefined;
  const url = new URL(asked, href);
  return url.protocol === "https:" || url.origin === new URL(href).origin ? url.href : undefined;
}
