// A way to NATS that can lose a message: it reads what the server sends, frame by frame, and leaves out what it is told to.
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

export interface ForgetfulRoad extends AsyncDisposable {
  readonly port: number;
  /** The next message on this subject does not arrive. Resolves once that has happened. */
  lose(subject: string): Promise<void>;
}

export async function forgetfulRoad(target: number): Promise<ForgetfulRoad> {
  const losing = new Map<string, () => void>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    let waiting = Buffer.alloc(0);
    near.pipe(far);
    far.on("data", (data) => {
      waiting = Buffer.concat([waiting, data]);
      for (let frame = firstFrame(waiting); frame !== undefined; frame = firstFrame(waiting)) {
        const lost = frame.subject === undefined ? undefined : losing.get(frame.subject);
        if (lost === undefined) near.write(waiting.subarray(0, frame.length));
        else {
          losing.delete(frame.subject as string);
          lost();
        }
        waiting = waiting.subarray(frame.length);
      }
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => {});
      one.on("close", () => other.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    lose: (subject) => new Promise((resolve) => losing.set(subject, resolve)),
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

/** One line, or a message with its payload: `MSG subject sid [reply] bytes`, `HMSG subject sid [reply] header-bytes bytes`. */
function firstFrame(bytes: Buffer): { length: number; subject: string | undefined } | undefined {
  const end = bytes.indexOf("\r\n");
  if (end < 0) return undefined;
  const words = bytes.toString("latin1", 0, end).split(" ");
  if (words[0] !== "MSG" && words[0] !== "HMSG") return { length: end + 2, subject: undefined };
  const length = end + 2 + Number(words.at(-1)) + 2;
  return bytes.length < length ? undefined : { length, subject: words[1] };
}
