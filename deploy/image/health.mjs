// What a health check of the image runs: 0 while the service in this container lives, or with `ready` while it can do its work.
import { get } from "node:http";

const path = process.argv[2] === "ready" ? "/readyz" : "/healthz";
// Room and persistence answer on the one, gateway and all-in-one on the other.
const ports = [process.env.MADANG_HEALTH_PORT || "8001", process.env.MADANG_HTTP_PORT || "8000"];
const answerWithinMs = 3_000;

/** The status, or undefined where nobody listens. */
function ask(port) {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path, timeout: answerWithinMs }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}

let status;
for (const port of ports) status ??= await ask(port);
if (status !== 200) {
  process.stderr.write(`${path}: ${status ?? "no answer"}\n`);
  process.exitCode = 1;
}
