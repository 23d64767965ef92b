// Ports of the loopback for programs that cannot be told to choose one themselves.
import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/**
 * Below those that systems give to whoever asks for any (Linux: from 32,768, others: from 49,152): between our look and the program's start,
 * nobody gets one of these by chance.
 */
const range = { from: 10_000, to: 32_000 };
/** One in ten may be taken, and still the odds against so many are those of a stuck machine. */
const attempts = 100;

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** Several at once, so that none is given twice. @throws Error where nearly all are taken */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, holdAny));
  const ports = held.map((server) => (server.address() as { port: number }).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function holdAny(): Promise<Server> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const server = await hold(randomInt(range.from, range.to));
    if (server !== undefined) return server;
  }
  throw new Error(`none of ${attempts} ports between ${range.from} and ${range.to} is free`);
}

function hold(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
