/** `npm run demo:replay`: plays a minute of a busy broadcast into a running Madang, to be watched on its page. */
import { parseArgs } from "node:util";
import { conversation } from "@madang/devkit";
import { loadDotEnv } from "@madang/runtime";
import { SignJWT } from "jose";
import { secretsOf } from "../data-directory.ts";

import { play } from "./player.ts";

loadDotEnv();
const values = read();

function read() {
  try {
    return parseArgs({
      options: {
        url: { type: "string", default: `http://127.0.0.1:${process.env.MADANG_HTTP_PORT || 8000}` },
        room: { type: "string", default: "live:lobby" },
        comments: { type: "string", default: "30000" },
        users: { type: "string", default: "300" },
        seconds: { type: "string", default: "60" },
        speed: { type: "string", default: "1" },
        seed: { type: "string", default: String(Math.floor(Date.now() / 1000) % 100_000) },
      },
    }).values;
  } catch {
    process.stderr.write(
      "usage: npm run demo:replay -- [--room live:demo] [--speed 5] [--seed 7] [--comments 30000] [--users 300] [--seconds 60] [--url http://…]\n",
    );
    process.exit(1);
  }
}

const options = {
  seed: Number(values.seed),
  comments: Number(values.comments),
  users: Number(values.users),
  durationMs: Number(values.seconds) * 1000,
};
const speed = Number(values.speed);
if (![...Object.values(options), speed].every((number) => Number.isFinite(number) && number > 0)) {
  process.stderr.write("--seed, --comments, --users, --seconds and --speed are positive numbers.\n");
  process.exit(1);
}
const site = new URL(values.url);
const ready = await fetch(new URL("/readyz", site), { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
if (!ready?.ok) {
  process.stderr.write(`No Madang is ready at ${site.origin}. Start one with: npm start\n`);
  process.exit(1);
}

const secret = new TextEncoder().encode(
  process.env.MADANG_TOKEN_SECRET || secretsOf(process.env.MADANG_DATA_DIR || ".madang").tokenSecret,
);
const tokenFor = (user: string) =>
  new SignJWT({ info: { name: user } })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(user)
    .setExpirationTime("1h")
    .sign(secret);

process.stdout.write(
  `Playing ${options.comments} comments of ${options.users} people (seed ${options.seed}) into ${values.room}.\n`,
);
process.stdout.write(`Watch at ${site.origin}/live?room=${encodeURIComponent(values.room)}\n\n`);

const latencies: number[] = [];
const startedAt = performance.now();
const width = 40;
const draw = (answered: number) => {
  const done = Math.round((answered / options.comments) * width);
  const seconds = (performance.now() - startedAt) / 1000;
  const bar = `${"█".repeat(done)}${"░".repeat(width - done)}`;
  const line = `${bar} ${answered}/${options.comments}  ${Math.round(answered / seconds)}/s  ack p50 ${percentile(0.5)} ms`;
  process.stdout.write(process.stdout.isTTY ? `\r${line}\u001b[K` : `${line}\n`);
};
let answeredSoFar = 0;
const drawing = setInterval(() => draw(answeredSoFar), process.stdout.isTTY ? 100 : 5_000);
await play({
  url: `${site.protocol === "https:" ? "wss" : "ws"}://${site.host}/connection/websocket`,
  room: values.room,
  comments: conversation(options),
  speed,
  tokenFor,
  onAnswered: ({ answered, latencyMs }) => {
    answeredSoFar = answered;
    latencies.push(latencyMs);
    // A long run keeps the latest: the figure is of now.
    if (latencies.length > 20_000) latencies.splice(0, 10_000);
  },
});
clearInterval(drawing);
draw(answeredSoFar);
process.stdout.write(
  `\n\nAll ${answeredSoFar} comments have their place: ack p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms.\n`,
);

function percentile(share: number): number {
  const sorted = [...latencies].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
}
