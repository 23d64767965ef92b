// A room service that is broken on purpose, so that the checker can be seen to notice. Only the harness starts it.
import { AppendRefused, JetStreamRecordStore, type NewRecord } from "@madang/log";
import { roomConfig, startRoomService } from "@madang/room";
import { runService } from "@madang/runtime";
import { Dedupe } from "../../services/room/src/dedupe.ts";

const { append } = JetStreamRecordStore.prototype;

/** Follows whatever is the last record now, whoever wrote it. */
async function appendUnfenced(this: JetStreamRecordStore, ...[room, record]: Parameters<typeof append>): Promise<number> {
  for (;;) {
    const last = await this.last(room);
    try {
      return await append.call(this, room, record, last?.sequence ?? 0);
    } catch (error) {
      // The other writer was faster: nothing holds this one up.
      if (!(error instanceof AppendRefused)) throw error;
    }
  }
}

let later = Promise.resolve();

/** Says at once that it is stored, and sees to it afterwards. */
async function appendLater(this: JetStreamRecordStore, ...[room, record, expectedLast]: Parameters<typeof append>) {
  if (isClaim(record)) return appendUnfenced.call(this, room, record, expectedLast);
  later = later.then(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await appendUnfenced.call(this, room, record, expectedLast).catch(() => {});
  });
  return expectedLast;
}

const isClaim = ({ batchId }: NewRecord) => batchId.startsWith("claim-");

switch (process.env.MADANG_BROKEN) {
  case "no-fence":
    JetStreamRecordStore.prototype.append = appendUnfenced;
    break;
  case "no-dedupe":
    Dedupe.prototype.find = () => undefined;
    break;
  case "early-ack":
    JetStreamRecordStore.prototype.append = appendLater;
    break;
}
await runService("The broken room service", async () => startRoomService(roomConfig(process.env)));
