/** What an acknowledgement costs at the least: the same bytes to the same broker, one awaited JetStream publish each, and nothing of Madang. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { comment, now } from "../comment.ts";
import { openLoop } from "../open-loop.ts";
import type { Schedule } from "../schedule.ts";
import { Latencies } from "../statistics.ts";

const stream = "BENCH_BARE";
const subject = "bench.bare";

export async function barePublish({
  natsUrl,
  schedule,
}: {
  natsUrl: string;
  schedule: Schedule;
}): Promise<{ p50: number; p99: number }> {
  const connection = await connect({ servers: new URL(natsUrl).host, noAsyncTraces: true });
  await (await jetstreamManager(connection)).streams.add({ name: stream, subjects: [subject], storage: "file" });
  const publisher = jetstream(connection);
  const latencies = new Latencies();
  const acks: Promise<unknown>[] = [];
  await openLoop(schedule, ({ index, at }) => {
    const ack = publisher.publish(subject, JSON.stringify(comment(index, at)));
    acks.push(ack.then(() => latencies.add(now() - at)));
  });
  await Promise.all(acks);
  await connection.close();
  return latencies.summary();
}
