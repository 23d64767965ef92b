/**
 * A bot: whoever writes `!uptime` in any room is told how long the room has been open. It reads as a subscriber, and speaks through the
 * server API.
 */
import { runService } from "@madang/runtime";
import { isForViewers, type RoomEvent, Subscriber } from "@madang/subscriber";

const { NATS_URL = "nats://127.0.0.1:4222", NATS_CA_FILE, MADANG_API_KEY = "" } = process.env;
const api = process.env.MADANG_API_URL ?? "http://127.0.0.1:8000/api";
const key = { "x-api-key": MADANG_API_KEY };

/** Nobody wants an answer after that. It is well within the 10 minutes in which the room knows an answer that it has. */
const staleAfterMs = 5 * 60_000;

async function handle({ room, offset, type, author, data, time, ...event }: RoomEvent, { signal }: { signal: AbortSignal }) {
  // Without an author it is the site's own server, and so the bot itself.
  if (type !== "posted" || author === "" || !isForViewers(event) || data.text !== "!uptime") return;
  if (Date.now() - time > staleAfterMs) return;
  const about = await fetch(`${api}/rooms/${room}`, { headers: key, signal });
  if (!about.ok) throw new Error(`the room was answered with ${about.status}`);
  const { openedAt } = (await about.json()) as { openedAt: number | null };
  const text = openedAt === null ? "Nobody has opened this room yet." : `Open for ${minutes(time - openedAt)}.`;
  // The key makes it one answer for one command, however often that comes: also when the bot ends before it has said that it is done.
  const call = { channel: room, data: { text, to: author }, idempotency_key: `uptime-${offset}` };
  const answer = await fetch(`${api}/publish`, { method: "POST", headers: key, body: JSON.stringify(call), signal });
  const { error } = (await answer.json()) as { error?: { message: string; temporary: boolean } };
  // What the room declines it would decline again.
  if (error?.temporary === true || answer.status === 401) throw new Error(`the answer was not taken: ${error?.message}`);
}

const minutes = (ms: number) => `${Math.max(0, Math.floor(ms / 60_000))} min`;

await runService("The bot", async () => {
  const subscriber = await Subscriber.connect({ url: NATS_URL, caFile: NATS_CA_FILE, name: "bot" });
  await subscriber.follow({ handle, start: "new" });
  process.stdout.write("listening\n");
  return subscriber;
});
