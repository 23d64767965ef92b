/** The descriptor of a socket, and when it lets go of it: no part of Node's API (docs/adr/0010), so that all of it may be missing. */
import type { Socket } from "node:net";

/** Who writes to a descriptor that is another's. */
export interface Borrower {
  /** From here on it must not. */
  withdraw(): void;
}

/** What of a socket's handle lets go of the descriptor, or writes the end. That of a pipe has no reset. */
const leaving = ["close", "shutdown", "reset"] as const;
const borrower = Symbol("borrower");

type Handle = { fd: number; [borrower]?: Borrower } & { [method in (typeof leaving)[number]]?: (...of: unknown[]) => unknown };

/**
 * Lends the descriptor of a socket. It is withdrawn before the socket lets go of it: `close` is emitted a while after, and the next connection
 * may have the same number by then. Nor may anything follow the end of what is written.
 *
 * @returns undefined where it is nothing that we know, and on Windows, which has none. What goes to the one under TLS would have to be encrypted
 */
export function borrowDescriptor(socket: Socket, by: Borrower): number | undefined {
  const { _handle: handle } = socket as unknown as { _handle?: Handle | null };
  if (handle === null || handle === undefined) return undefined;
  const isPlain = handle.constructor.name === "TCP" || handle.constructor.name === "Pipe";
  if (!isPlain || typeof handle.fd !== "number" || handle.fd < 0 || typeof handle.close !== "function") return undefined;
  handle[borrower] = by;
  for (const method of leaving) if (typeof handle[method] === "function") handle[method] = watched[method];
  return handle.fd;
}

/** Shared, as there are ten thousand handles. */
const watched = {
  close: withdrawing("close"),
  shutdown: withdrawing("shutdown"),
  reset: withdrawing("reset"),
};

function withdrawing(method: (typeof leaving)[number]) {
  return function (this: Handle, ...of: unknown[]) {
    this[borrower]?.withdraw();
    return (Object.getPrototypeOf(this) as Handle)[method]?.apply(this, of);
  };
}
