// A TCP road that can be cut, and mended; to one place, or to whichever of several is named at the time.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";

export interface Cuttable extends AsyncDisposable {
  readonly port: number;
  /** Ends all connections and lets no new one through. */
  cut(): void;
  /** What is on the way stays there, and each end of the connections that are open believes in them, also when the other has left. New ones are whole. */
  stall(): void;
  /** Those that are stalled end, as when somebody finds out at last. */
  bury(): void;
  /** Everything takes this much longer from now on, each way. 0: as before. */
  delay(ms: number): void;
  mend(): void;
}

/** `target`: the port behind it on this machine, or who says it for each new connection. */
export async function cuttable(target: number | (() => number)): Promise<Cuttable> {
  const open = new Set<Socket>();
  const stalled = new Set<Socket>();
  let whole = true;
  let delayMs = 0;
  const server = createServer((near) => {
    near.on("error", () => {});
    if (!whole) return near.destroy();
    const far = connect(typeof target === "number" ? target : target(), "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        open.delete(one);
        if (!stalled.has(one)) other.destroy();
      });
      one.pipe(slowRoad(() => delayMs)).pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stall: () => {
      for (const socket of open) stalled.add(socket.unpipe().pause());
    },
    bury: () => {
      for (const socket of stalled) socket.destroy();
      stalled.clear();
    },
    delay: (ms) => {
      delayMs = ms;
    },
    mend: () => {
      whole = true;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
    },
  };
}

/** What goes in comes out in its order, so much later. */
function slowRoad(delayMs: () => number): Transform {
  const onTheWay: Buffer[] = [];
  return new Transform({
    transform(bytes: Buffer, _, next) {
      if (onTheWay.length === 0 && delayMs() === 0) return next(null, bytes);
      onTheWay.push(bytes);
      // Timers may overtake each other: whichever it is lets the first one through.
      setTimeout(() => this.push(onTheWay.shift()), delayMs());
      next();
    },
  });
}
