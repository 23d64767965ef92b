/** The questions of an orchestrator and of Prometheus, for a service that serves nothing else over HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import type { Metrics } from "./metrics.ts";
import { StartError } from "./start-error.ts";

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface HealthOptions {
  host: string;
  port: number;
  ready: () => boolean;
  metrics: Pick<Metrics, "answer">;
}

/**
 * `GET /healthz` answers 200 while the process lives: it asks nobody, since a restart heals no broker. `GET /readyz` answers 200
 * while `ready()` says so and 503 otherwise. `GET /metrics` has the figures.
 */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => answer(options, request, response));
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answer({ ready, metrics }: HealthOptions, request: IncomingMessage, response: ServerResponse): void {
  const say = (status: number, text: string) =>
    void response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
  switch (request.url) {
    case "/healthz":
      return say(200, "ok");
    case "/readyz":
      return ready() ? say(200, "ok") : say(503, "not ready");
    case "/metrics":
      return metrics.answer(request, response);
    default:
      return say(404, "not found");
  }
}

/** Listens, or throws a StartError that says in words why not. */
export function listen(server: Server, { host, port, backlog }: { host: string; port: number; backlog?: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE"
          ? `Port ${port} on ${host} is taken by another program.`
          : cause.code === "EACCES"
            ? `This user may not listen on port ${port} of ${host}.`
            : `Cannot listen on ${host}:${port} (${cause.code ?? cause.message}).`;
      reject(new StartError(why, { cause }));
    });
    server.listen({ port, host, ...(backlog === undefined ? {} : { backlog }) }, () => resolve());
  });
}
