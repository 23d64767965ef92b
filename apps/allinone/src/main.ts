/** `npm start`. */

import { isLoopback } from "@madang/gateway";
import { loadDotEnv, runService } from "@madang/runtime";
import { type AllInOne, authorityOf, startAllInOne } from "./all-in-one.ts";

loadDotEnv();
// Comments and secrets are for our eyes only, also in a data directory that somebody else made.
process.umask(0o077);
// A person reads along: warnings only, unless they ask for more.
process.env.MADANG_LOG_LEVEL ||= "warn";
const host = process.env.MADANG_HTTP_HOST || "127.0.0.1";
await runService("Madang", async () => {
  const service = await startAllInOne(process.env);
  process.stdout.write(greeting(service, await consoleLink(service)));
  return service;
});

/** A link says it all, on one's own machine. Elsewhere others may read along. */
async function consoleLink(service: AllInOne): Promise<string> {
  return isLoopback(host)
    ? `#token=${await service.operatorToken()}\n               (it operates everything, for a day)`
    : "   (token: npm run token -- NAME owner --operator)";
}

function greeting(service: AllInOne, consoleToken: string): string {
  const authority = authorityOf(host, service.port);
  return `
  Madang is open.

    page       http://${authority}/${service.demo ? `\n    demo       http://${authority}/live?room=live:demo   (bots, while you watch)` : ""}
    console    http://${authority}/console${consoleToken}
    WebSocket  ws://${authority}/connection/websocket
    API        http://${authority}/api/   (key: ${process.env.MADANG_API_KEY ? "MADANG_API_KEY" : service.secretsFile})
    visitors   ${service.anonymous ? "let in without a token" : "need a token: npm run token -- NAME"}
    rooms      ${service.rooms === "anybody" ? "are there for whoever asks for one" : "are made by the API: PUT /api/rooms/ROOM"}
    data       ${service.dataDirectory} (${service.store}; ${service.broker})

  Ctrl-C ends it cleanly.
`;
}
