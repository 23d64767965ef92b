/** What the gateway serves over HTTP: health, the server API, and the pages. */
import express, { type ErrorRequestHandler, type Express } from "express";
import helmet from "helmet";
import { serverApi } from "./api.ts";
import type { Gateway } from "./gateway.ts";
import { pages } from "./pages.ts";
import type { ApiKeys } from "./trust/api-keys.ts";

/** Nothing on a page runs or is shown but what comes from here: no script or style within it, no frame around it. Videos may lie elsewhere. */
const headers = (mediaOrigins: readonly string[]) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        mediaSrc: ["'self'", ...mediaOrigins],
        connectSrc: ["'self'", "ws:", "wss:"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: "no-referrer" },
    // Whether a site is only ever to be had by TLS, its balancer says, which has the certificate.
    strictTransportSecurity: false,
  });

const ofFiles = ["Content-Encoding", "Cache-Control", "ETag", "Last-Modified", "Access-Control-Allow-Origin"];

export function httpApp(
  gateway: Gateway,
  options: { apiKeys: ApiKeys; webDirectory: string | undefined; mediaOrigins: readonly string[]; ready: () => boolean },
): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(headers(options.mediaOrigins));
  app.get("/healthz", (_, response) => void response.type("text").send("ok\n"));
  app.get("/readyz", (_, response) => {
    const ready = options.ready();
    response
      .status(ready ? 200 : 503)
      .type("text")
      .send(ready ? "ok\n" : "not ready\n");
  });
  app.use("/api", serverApi(gateway, options.apiKeys));
  if (options.webDirectory !== undefined) app.use(pages(options.webDirectory));
  app.use((_, response) => void response.status(404).type("text").send("not found\n"));
  const onError: ErrorRequestHandler = (error, _, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error?.status === "number" && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) gateway.logger.error({ error }, "request failed");
    // They were said of a file that is not what goes out now.
    for (const name of ofFiles) response.removeHeader(name);
    response
      .status(status)
      .type("text")
      .send(status === 500 ? "internal server error\n" : "bad request\n");
  };
  app.use(onError);
  return app;
}
