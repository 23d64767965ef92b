/** Bounds of everything that comes over HTTP before it is a WebSocket or an answered request. */
import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import { limits } from "@madang/contracts";
import type { ClientAddresses } from "./client-address.ts";
import type { DoorLimits } from "./door-limits.ts";

/** A request that is not here in time is answered with 408, or with nothing if nothing of it came. */
export const httpTimeouts: ServerOptions = {
  headersTimeout: limits.headersWithinMs,
  requestTimeout: limits.requestWithinMs,
  // Node looks every 30 s otherwise, and the above would be no bounds.
  connectionsCheckingInterval: limits.overdueLookMs,
};

/** Bounds sockets, before anything is read of them: in all, and of each address that is not a trusted proxy's. */
export function boundSockets(
  server: Server,
  { limits: doors, addresses }: { limits: DoorLimits; addresses: ClientAddresses },
): void {
  if (Number.isFinite(doors.connections)) server.maxConnections = doors.connections + limits.otherSockets;
  const most = doors.connectionsPerIp * limits.socketsPerConnection;
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    // Nobody has said yet for whom it is: a trusted proxy's sockets are many people's.
    const address = addresses.of({ peer: socket.remoteAddress, forwardedFor: undefined });
    if (address === undefined) return;
    const count = (open.get(address) ?? 0) + 1;
    if (count > most) return void socket.destroy();
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
