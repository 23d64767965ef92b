// A short life of two rooms in which the owner hangs, then dies, and messages are sent again: enough for a broken room to show.
import { type MemberId, RoomId, rendezvous } from "@madang/contracts";
import { check, testNats } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { run, secrets, site, startService, temporaryFolder } from "../support/processes.ts";
import { connected } from "../support/viewer.ts";
import { memberIdOf } from "./cluster-site.ts";
import { finalLog, finalRows } from "./final-state.ts";
import { Workload } from "./workload.ts";

export type Break = "nothing" | "no-fence" | "no-dedupe" | "early-ack";

const size = { MADANG_LOG_MAX_BYTES: String(256 * 1024 * 1024) };

/** What the checker finds. */
export async function liveBroken(fault: Break): Promise<string[]> {
  await using closers = new AsyncDisposableStack();
  const nats = closers.use(await testNats());
  const folder = temporaryFolder();
  closers.defer(() => folder[Symbol.dispose]());
  const databaseUrl = `file:${folder.path}/store.db`;
  closers.use(await startService("persistence", { NATS_URL: nats.url, DATABASE_URL: databaseUrl, ...size }));
  const gateway = closers.use(await startService("gateway", { NATS_URL: nats.url, ...size }));
  const startRoom = (name: string) => {
    const environment = {
      ...secrets,
      ...size,
      NATS_URL: nats.url,
      MADANG_NAME: name,
      MADANG_HEALTH_PORT: "0",
      MADANG_BROKEN: fault,
      MADANG_SAMPLE_PER_S: "0",
    };
    return site(run("e2e/faults/broken-room.ts", environment), /"healthPort":(\d+)[^\n]*"msg":"ready"/);
  };
  const first = closers.use(await startRoom("first"));
  const second = closers.use(await startRoom("second"));
  const room = roomOf(memberIdOf(first), memberIdOf(second));
  const workload = new Workload([room]);
  await workload.start(gateway.socketUrl, { senders: 4, observers: 0 });
  await workload.flowing(0);
  // Hung, so that the other takes over; awake again, with a batch still to be written.
  first.signal("SIGSTOP");
  await workload.flowing(performance.now());
  first.signal("SIGCONT");
  await pause(500);
  await workload.flowing(performance.now());
  const again = workload.attempts.find(({ outcome }) => outcome.kind === "ok");
  if (again !== undefined) {
    const client = await connected(gateway.socketUrl, { user: again.user });
    await client.rpc("send", { channel: room, id: again.id, data: {} });
    client.disconnect();
  }
  await first.kill();
  await workload.flowing(performance.now());
  await workload.stop();
  workload.close();
  const log = await finalLog(nats.url, [room]);
  const rows = await finalRows(databaseUrl, new Map([...log].map(([id, placed]) => [id, placed.at(-1)?.offset ?? 0])));
  return check({ attempts: workload.attempts, log, rows, observations: [] });
}

/** A room that belongs to the first of them. */
function roomOf(owner: MemberId, other: MemberId): RoomId {
  for (let n = 1; ; n++) {
    const room = RoomId.parse(`live:broken${n}`);
    if (rendezvous(room, [owner, other])[0] === owner) return room;
  }
}
