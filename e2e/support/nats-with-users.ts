// The NATS of deploy/nats, as an operator starts it: with its users, and with TLS where it is asked for.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { eventually, type NatsLine, natsBinary } from "@madang/devkit";
import { startLeashed } from "@madang/runtime";
import { project, temporaryFolder } from "./processes.ts";

const users = ["gateway", "room", "persistence", "janitor", "bot", "webhook", "analytics", "operator", "sys"] as const;
export type NatsUser = (typeof users)[number];

export interface NatsWithUsers extends AsyncDisposable {
  /** With the user's name and password in it. */
  urlOf(user: NatsUser): string;
  /** The certificate of who vouches for it, where it has TLS. */
  readonly caFile: string | undefined;
  /** What anybody tried and was not allowed to do, in the server's words. */
  violations(): string[];
}

const passwordOf = (user: NatsUser) => `secret-of-${user}`;

export async function natsWithUsers({ line, tls = false }: { line?: NatsLine; tls?: boolean } = {}): Promise<NatsWithUsers> {
  const folder = temporaryFolder();
  const certificate = tls ? makeCertificate(folder.path) : undefined;
  const lines: string[] = [];
  const passwords = users.map((user) => [`NATS_${user.toUpperCase()}_PASSWORD`, passwordOf(user)]);
  const server = startLeashed({
    command: natsBinary(line),
    args: [
      ...["--config", join(project, "deploy/nats", tls ? "server-tls.conf" : "server.conf")],
      // A port of the test's own; all else is as it is deployed.
      ...["--addr", "127.0.0.1", "--port", "-1"],
    ],
    env: {
      PATH: process.env.PATH,
      ...Object.fromEntries(passwords),
      NATS_STORE_DIR: folder.path,
      NATS_TLS_CERT: certificate?.cert,
      NATS_TLS_KEY: certificate?.key,
    },
    onLine: (text) => void lines.push(text),
  });
  let ended = false;
  void server.exited.finally(() => {
    ended = true;
  });
  const remove = async () => {
    server.kill();
    await server.exited.catch(() => {});
    folder[Symbol.dispose]();
  };
  try {
    const port = await eventually(
      () => {
        const found =
          lines.some((text) => /Server is ready/.test(text)) && /client connections on 127\.0\.0\.1:(\d+)/.exec(lines.join("\n"));
        if (!found && !ended) throw new Error(`not ready: ${lines.join("\n")}`);
        return found ? found[1] : undefined;
      },
      { withinMs: 20_000 },
    );
    if (port === undefined) throw new Error(`ended: ${lines.join("\n")}`);
    return {
      // Its certificate is for this name.
      urlOf: (user) => `${tls ? "tls" : "nats"}://${user}:${passwordOf(user)}@localhost:${port}`,
      caFile: certificate?.cert,
      violations: () => lines.filter((text) => /Violation/.test(text)),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** For `localhost` and a day. It vouches for itself. */
function makeCertificate(directory: string): { cert: string; key: string } {
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", key, "-out", cert];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...subject, ...files], { stdio: "ignore" });
  return { cert, key };
}
