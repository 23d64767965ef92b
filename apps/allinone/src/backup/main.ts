/** `npm run backup`, `npm run restore`, `npm run move`. */
import { loadDotEnv } from "@madang/runtime";
import { runBackupCommand } from "./command.ts";

loadDotEnv();
process.env.MADANG_LOG_LEVEL ||= "warn";
process.exitCode = await runBackupCommand(process.argv.slice(2), process.env, {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
