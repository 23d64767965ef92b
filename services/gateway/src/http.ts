/** What the gateway serves over HTTP: health, the server API, and a page. */
import express, { type ErrorRequestHandler, type Express } from "express";
import { serverApi } from "./api.ts";
import type { Gateway } from "./gateway.ts";

export function httpApp(
  gateway: Gateway,
  options: { apiKey: string; webDirectory: string | undefined; ready: () => boolean },
): Express {
  const app = express();
  app.disable("x-powered-by");
  app.get("/healthz", (_, response) => void response.type("text").send("ok\n"));
  app.get("/readyz", (_, response) => {
    const ready = options.ready();
    response
      .status(ready ? 200 : 503)
      .type("text")
      .send(ready ? "ok\n" : "not ready\n");
  });
  app.use("/api", serverApi(gateway, options.apiKey));
  if (options.webDirectory !== undefined) {
    app.use((_, response, next) => {
      response.set({
        "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
      });
      next();
    });
    app.use(express.static(options.webDirectory));
  }
  app.use((_, response) => void response.status(404).type("text").send("not found\n"));
  const onError: ErrorRequestHandler = (error, _, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error?.status === "number" && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) gateway.logger.error({ error }, "request failed");
    response
      .status(status)
      .type("text")
      .send(status === 500 ? "internal server error\n" : "bad request\n");
  };
  app.use(onError);
  return app;
}
