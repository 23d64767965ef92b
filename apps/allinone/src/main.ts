/** `npm start`. */
import { loadDotEnv, runService } from "@madang/runtime";
import { type AllInOne, startAllInOne } from "./all-in-one.ts";

loadDotEnv();
// A person reads along: warnings only, unless they ask for more.
process.env.MADANG_LOG_LEVEL ||= "warn";
await runService("Madang", async () => {
  const service = await startAllInOne(process.env);
  process.stdout.write(greeting(service));
  return service;
});

function greeting(service: AllInOne): string {
  const host = process.env.MADANG_HTTP_HOST || "127.0.0.1";
  const authority = `${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${service.port}`;
  return `
  Madang is open.

    page       http://${authority}/
    WebSocket  ws://${authority}/connection/websocket
    API        http://${authority}/api/   (key: ${process.env.MADANG_API_KEY ? "MADANG_API_KEY" : service.secretsFile})
    visitors   ${service.anonymous ? "let in without a token" : "need a token: npm run token -- NAME"}
    rooms      ${service.rooms === "anybody" ? "are there for whoever asks for one" : "are made by the API: PUT /api/rooms/ROOM"}
    data       ${service.dataDirectory} (${service.store}; ${service.broker})

  Ctrl-C ends it cleanly.
`;
}
