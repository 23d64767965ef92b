/** F1, to which all others are compared: what everybody writes first. */
import { serveWebSockets } from "./web-sockets.ts";

serveWebSockets((viewers, comment) => {
  const text = JSON.stringify(comment);
  for (const viewer of viewers) viewer.send(text);
});
