/** The two questions of an orchestrator, for a service that serves nothing else over HTTP. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { StartError } from "./start-error.ts";

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `GET /healthz` answers 200 while the process lives: it asks nobody, since a restart heals no broker. `GET /readyz` answers 200
 * while `ready()` says so and 503 otherwise.
 */
export async function serveHealth(options: { host: string; port: number; ready: () => boolean }): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const status = request.url === "/healthz" ? 200 : request.url === "/readyz" ? (options.ready() ? 200 : 503) : 404;
    response
      .writeHead(status, { "content-type": "text/plain" })
      .end(status === 200 ? "ok\n" : status === 503 ? "not ready\n" : "not found\n");
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Listens, or throws a StartError that says in words why not. */
export function listen(server: import("node:net").Server, { host, port }: { host: string; port: number }): Promise<void> {
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
    server.listen(port, host, () => resolve());
  });
}
