/** `npm run backup`, `npm run restore`, `npm run move`. */
import { loadDotEnv } from "@madang/runtime";
import { runBackupCommand } from "./command.ts";

loadDotEnv();
// Comments and secrets are for our eyes only, also in a data directory that somebody else made.
process.umask(0o077);
process.env.MADANG_LOG_LEVEL ||= "warn";
process.exitCode = await runBackupCommand(process.argv.slice(2), process.env, {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
