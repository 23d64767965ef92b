/** `npm run token -- NAME [ROLE]`: a connection token for trying things out, good for a day. */
import { parseArgs } from "node:util";
import { Role } from "@madang/contracts";
import { loadDotEnv, StartError } from "@madang/runtime";
import { SignJWT } from "jose";
import { secretsOf } from "./data-directory.ts";

loadDotEnv();
const asked = read(process.argv.slice(2));
if (asked === undefined) {
  process.stderr.write(`usage: npm run token -- NAME [${Role.options.join(" | ")}]\n`);
  process.exit(1);
}
const { user, role } = asked;
try {
  const secret = process.env.MADANG_TOKEN_SECRET || secretsOf(process.env.MADANG_DATA_DIR || ".madang").tokenSecret;
  const token = await new SignJWT({ info: { name: user }, ...(role === undefined ? {} : { role }) })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime("1d")
    .sign(new TextEncoder().encode(secret));
  process.stdout.write(`${token}\n`);
} catch (error) {
  const why =
    error instanceof StartError
      ? error.message
      : "There is no data directory yet: run npm start once, or set MADANG_TOKEN_SECRET.";
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

/** Who, and their role in every room. Undefined: it is not understood. */
function read(args: string[]): { user: string; role: Role | undefined } | undefined {
  try {
    const { positionals } = parseArgs({ args, allowPositionals: true });
    const [user, named, ...rest] = positionals;
    const role = named === undefined ? undefined : Role.parse(named);
    return user === undefined || rest.length > 0 ? undefined : { user, role };
  } catch {
    return undefined;
  }
}
