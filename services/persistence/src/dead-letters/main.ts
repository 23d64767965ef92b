/** `node services/persistence/src/dead-letters/main.ts list|show|replay`, against a given NATS and database. */
import { loadDotEnv } from "@madang/runtime";
import { runDeadLetters } from "./command.ts";

loadDotEnv();
process.exitCode = await runDeadLetters(process.argv.slice(2), process.env);
