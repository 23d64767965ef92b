/** `npm run token -- NAME [ROLE] [--operator]`: a connection token for trying things out, good for a day. */
import { parseArgs } from "node:util";
import { Role } from "@madang/contracts";
import { loadDotEnv, StartError } from "@madang/runtime";
import { SignJWT } from "jose";
import { secretsOf } from "./data-directory.ts";

loadDotEnv();
const asked = read(process.argv.slice(2));
if (asked === undefined) {
  process.stderr.write(`usage: npm run token -- NAME [${Role.options.join(" | ")}] [--operator]\n`);
  process.exit(1);
}
const { user, role, operator } = asked;
try {
  const secret = process.env.MADANG_TOKEN_SECRET || secretsOf(process.env.MADANG_DATA_DIR || ".madang").tokenSecret;
  const rights = { ...(role === undefined ? {} : { role }), ...(operator ? { operator } : {}) };
  const token = await new SignJWT({ info: { name: user }, ...rights })
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

/** Who, their role in every room, and whether they operate the site. Undefined: it is not understood. */
function read(args: string[]): { user: string; role: Role | undefined; operator: boolean } | undefined {
  try {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { operator: { type: "boolean" } } });
    const [user, named, ...rest] = positionals;
    const role = named === undefined ? undefined : Role.parse(named);
    return user === undefined || rest.length > 0 ? undefined : { user, role, operator: values.operator === true };
  } catch {
    return undefined;
  }
}
