/** `npm run token -- NAME`: a connection token for trying things out, good for a day. */
import { loadDotEnv, StartError } from "@madang/runtime";
import { SignJWT } from "jose";
import { secretsOf } from "./data-directory.ts";

loadDotEnv();
const [user] = process.argv.slice(2);
if (user === undefined || user.startsWith("-")) {
  process.stderr.write("usage: npm run token -- NAME\n");
  process.exit(1);
}
try {
  const secret = process.env.MADANG_TOKEN_SECRET || secretsOf(process.env.MADANG_DATA_DIR || ".madang").tokenSecret;
  const token = await new SignJWT({ info: { name: user } })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(user)
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
