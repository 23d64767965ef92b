import { isIP } from "node:net";

/** Where a MySQL or MariaDB server is, read from `mysql://user:password@host:port/database`. */
export interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Encrypt, and check the server's certificate. */
  readonly ssl: boolean;
  /** Let the server send the key that the password is encrypted with: only sound where nobody can stand between. */
  readonly allowPublicKeyRetrieval: boolean;
  readonly connectionLimit: number;
}

/** Half of them for the projectors' commits, half for history; a server allows 150 by default, for all replicas together. */
const defaultConnectionLimit = 8;

/** @throws Error with one clear sentence, never with the password. */
export function parseMysqlAddress(url: string): MysqlAddress {
  const parts = URL.canParse(url) ? new URL(url) : undefined;
  if (parts?.protocol !== "mysql:")
    throw new Error("the database URL is not of the form mysql://user:password@host:port/database");
  const database = decodeURIComponent(parts.pathname.slice(1));
  if (!/^[A-Za-z0-9_$-]{1,64}$/.test(database)) {
    throw new Error("the database URL names no database: mysql://user:password@host:port/database");
  }
  // URL keeps the brackets of an IPv6 address.
  const host = parts.hostname.replace(/^\[(.*)\]$/, "$1");
  const options = new Map(parts.searchParams);
  const take = (name: string, otherwise: string): string => {
    const value = options.get(name) ?? otherwise;
    options.delete(name);
    return value;
  };
  const address: MysqlAddress = {
    host,
    port: Number(parts.port || 3306),
    user: decodeURIComponent(parts.username) || "root",
    password: decodeURIComponent(parts.password),
    database,
    ssl: flag("ssl", take("ssl", "false")),
    allowPublicKeyRetrieval: flag("allowPublicKeyRetrieval", take("allowPublicKeyRetrieval", String(isLoopback(host)))),
    connectionLimit: Number(take("connectionLimit", String(defaultConnectionLimit))),
  };
  if (!Number.isInteger(address.connectionLimit) || address.connectionLimit < 1) {
    throw new Error("connectionLimit in the database URL is not a number above 0");
  }
  // An option that we would ignore may be one that the operator relies on, such as another client's word for TLS.
  const [unknown] = options.keys();
  if (unknown !== undefined) {
    throw new Error(
      `the database URL has an unknown option ${unknown}; known are ssl, allowPublicKeyRetrieval and connectionLimit`,
    );
  }
  return address;
}

/** The server's place in words for people. */
export function placeOf({ host, port, database }: MysqlAddress): string {
  return `${database} at ${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** What every connection starts with. */
export function connectionOptions(address: MysqlAddress) {
  const { host, port, user, password, database, ssl, allowPublicKeyRetrieval } = address;
  return { host, port, user, password, database, ...(ssl ? { ssl } : {}), allowPublicKeyRetrieval, connectTimeout: 2_000 };
}

function flag(name: string, value: string): boolean {
  if (value !== "true" && value !== "false") throw new Error(`${name} in the database URL is neither true nor false`);
  return value === "true";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
