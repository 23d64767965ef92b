/**
 * A push sender: who is mentioned in a room is told, by a POST to a service of the site, which wakes their phone. It comes at least once,
 * with a key by which the service knows what it has had.
 */
import { runService } from "@madang/runtime";
import { isForViewers, type RoomEvent, Subscriber } from "@madang/subscriber";

const { NATS_URL = "nats://127.0.0.1:4222", NATS_CA_FILE, WEBHOOK_URL = "http://127.0.0.1:9000/mentions" } = process.env;

async function handle(event: RoomEvent, { signal }: { signal: AbortSignal }) {
  const { room, offset, type, author, mentions, data, time } = event;
  // What waits for a moderator, or is shadowed, wakes nobody.
  if (type !== "posted" || mentions.length === 0 || !isForViewers(event)) return;
  const answer = await fetch(WEBHOOK_URL, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": `${room}/${offset}` },
    body: JSON.stringify({ room, offset, author, mentions, text: data.text, time }),
    signal,
  });
  if (answer.ok) return;
  // What it does not take now it may take later. What is wrong with a call will be wrong with it again.
  const mayPass = answer.status >= 500 || answer.status === 408 || answer.status === 429;
  if (mayPass) throw new Error(`answered with ${answer.status}`);
  process.stderr.write(`${room}/${offset} was declined with ${answer.status}\n`);
}

await runService("The push sender", async () => {
  const subscriber = await Subscriber.connect({ url: NATS_URL, caFile: NATS_CA_FILE, name: "webhook" });
  // Half a minute of a service that is away is 8 tries; a day of it would be more than most want to wait for.
  await subscriber.follow({ handle, start: "new" });
  process.stdout.write("listening\n");
  return subscriber;
});
