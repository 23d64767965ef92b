/** How often a room's log is read, by listening to the questions that JetStream is asked. */
import { Bus } from "@madang/bus";

const questions = ["$JS.API.DIRECT.GET.>", "$JS.API.STREAM.MSG.GET.>", "$JS.API.CONSUMER.CREATE.>"];

export interface LogReads extends AsyncDisposable {
  readonly count: number;
}

export async function countLogReads(natsUrl: string, room: string): Promise<LogReads> {
  const bus = await Bus.connect({ url: natsUrl, name: "bench", onHandlerError: () => {} });
  let count = 0;
  for (const subject of questions) {
    bus.subscribe(subject, (message) => {
      if (!message.subject.includes(".ROOMS_")) return;
      // The room stands in the subject, or in the question.
      if (message.subject.includes(room) || Buffer.from(message.data).includes(room)) count++;
    });
  }
  await bus.flush(5_000);
  return {
    get count() {
      return count;
    },
    [Symbol.asyncDispose]: () => bus.close(),
  };
}
