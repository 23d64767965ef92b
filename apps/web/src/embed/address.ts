/** Where a chat connects to. */

const path = "connection/websocket";

/**
 * `asked` is where Madang is, such as `https://chat.example`, or its socket's own address; without it, where the script came from, which
 * lies in `embed/`. Undefined: it is no address.
 */
export function socketUrlOf(asked: string | null, script: string): string | undefined {
  const address = asked === null || asked === "" ? new URL("../", script).href : asked;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const protocol = { "https:": "wss:", "http:": "ws:", "wss:": "wss:", "ws:": "ws:" }[url.protocol];
  if (protocol === undefined) return undefined;
  if (url.pathname.endsWith(`/${path}`)) return `${protocol}//${url.host}${url.pathname}`;
  return `${protocol}//${url.host}${url.pathname.replace(/\/?$/, "/")}${path}`;
}
