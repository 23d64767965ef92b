/**
 * A broadcast as it comes: LINE LIVE's minute, and three times that, with hearts beside it, and a sample of the flood for each of 2,000
 * viewers on two gateways. What everybody was given and told is added up, and held against what was acknowledged and what is stored.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "@madang/contracts";
import { now } from "../comment.ts";
import { heartsPerCall } from "../generator/heart-senders.ts";
import { roomName } from "../generator/protocols.ts";
import { checkRoom } from "../room-check.ts";
import { scattered } from "../schedule.ts";
import { coresOf, startSiteRun } from "../site-run.ts";
import { missingDatabase } from "../stacks/madang.ts";
import { checkStore, storedDigest } from "../store-check.ts";
import { generatorFault, type Measurement, type Suite, type SuiteOptions } from "../suite.ts";

const perMinute = 30_000;
const heartsPerS = 2_000;
const speakers = 100;
const warmUpComments = 100;
/** What is promised at 30,000 on two cores. */
const promised = { serverCores: 0.6, p99Ms: 1_000 };

export const liveRoom: Suite = {
  name: "live-room",
  about: "30,000 and 90,000 comments a minute and 2,000 hearts a second in one room, 2,000 viewers with a sample on two gateways",
  repeats: 3,
  missing: missingDatabase,
  run: async (options) => [await broadcast(options, perMinute), await broadcast(options, 3 * perMinute)],
};

async function broadcast(options: SuiteOptions, commentsPerMinute: number): Promise<Measurement> {
  const { quick, viewers = 2_000, profileDirectory, seed } = options;
  const seconds = quick ? 5 : 60;
  const count = (commentsPerMinute * seconds) / 60;
  await using run = await startSiteRun({ store: true, gateways: 2, samplePerS: limits.samplePerS, profileDirectory });
  const { generator, site } = run;
  const authorities = site.gateways.map(({ authority }) => authority);
  await generator.tell("connectSpeakers", { authorities, count: speakers });
  await generator.tell("connectHearts", { authorities, count: heartsPerS / heartsPerCall });
  for (const authority of authorities)
    await generator.tell("join", {
      protocol: "centrifuge",
      authority,
      count: viewers / authorities.length,
      rooms: 1,
      sampled: true,
    });
  const warm = await generator.tell("speak", { start: now() + 50, ...scattered({ count: warmUpComments, seconds: 2, seed: 0 }) });
  await generator.tell("settle", warm.comments * viewers);
  const before = await generator.tell("heard", undefined);

  await generator.tell("begin", undefined);
  const stop = run.meter();
  const start = now() + 50;
  const [ack, hearts] = await Promise.all([
    generator.tell("speak", { start, ...scattered({ count, seconds, seed }) }),
    generator.tell("beat", { start, perSecond: heartsPerS, seconds }),
  ]);
  // A quiet end belongs to the time: cores are of the whole of it.
  const rest = start + seconds * 1000 - now();
  if (rest > 0) await sleep(rest);
  const seen = await generator.tell("settle", ack.comments * viewers);
  const usage = stop();

  const heard = await generator.tell("heard", undefined);
  const order = await generator.tell("order", undefined);
  const stored = await checkStore(site.databaseUrl, heard.comments);
  const told = await checkRoom(site, { hearts: hearts.counted, comments: heard.comments });
  const ofStaff = heard.ofStaff - before.ofStaff;
  const faults = [...generatorFault(usage.generatorCores), ...stored.faults, ...told.faults];
  const found = (is: boolean, fault: string) => is && faults.push(fault);
  found(
    seen.least !== ack.comments || seen.most !== ack.comments,
    `of ${ack.comments} comments viewers got or were declared ${seen.least} to ${seen.most}`,
  );
  found(
    seen.leastOfStaff !== ofStaff || seen.mostOfStaff !== ofStaff,
    `of ${ofStaff} comments of staff viewers got ${seen.leastOfStaff} to ${seen.mostOfStaff}`,
  );
  found(heard.uneven > 0, `for ${heard.uneven} speakers what came and what was declared is not all`);
  found(heard.withoutOwn > 0, `${heard.withoutOwn} speakers did not get their own comments, or got them twice`);
  found(heard.withoutStaff > 0, `${heard.withoutStaff} speakers did not get all that staff said`);
  found(heard.unseenByStaff > 0, `staff was not given ${heard.unseenByStaff} comments`);
  found(seen.outOfPlace + heard.outOfPlace > 0, `${seen.outOfPlace + heard.outOfPlace} offsets did not rise`);
  found(order.gaps > 0, `nobody was told of ${order.gaps} places`);
  found(order.conflicts > 0, `${order.conflicts} times a place was said to be another comment's`);
  found(
    order.digest !== (await storedDigest(site.databaseUrl, roomName(0))),
    "the rows are in another order than people were told",
  );
  found(hearts.counted !== hearts.sent, `${hearts.sent} hearts were sent, and ${hearts.counted} acknowledged`);
  found(hearts.unlike > 0, `${hearts.unlike} calls that were made again were answered otherwise`);
  found(seen.lost > 0, `the server ended ${seen.lost} connections`);

  const notes: string[] = [];
  if (commentsPerMinute === perMinute && !quick) {
    if (usage.serverCores > promised.serverCores) notes.push(`more than ${promised.serverCores} of a core`);
    if (seen.p99 > promised.p99Ms) notes.push(`later than ${promised.p99Ms} ms`);
  }
  return {
    case: `${commentsPerMinute.toLocaleString("en")} a minute, ${heartsPerS.toLocaleString("en")} hearts/s, ${viewers.toLocaleString("en")} viewers`,
    layer: "C",
    figures: {
      comments: ack.comments,
      rowsVerified: stored.rows,
      storedAfterS: stored.afterS,
      deliveredPerViewer: seen.comments / viewers,
      declaredPerViewer: seen.skipped / viewers,
      framesPerS: seen.frames / usage.seconds,
      p50Ms: seen.p50,
      p99Ms: seen.p99,
      ackP50Ms: ack.p50,
      ackP99Ms: ack.p99,
      retries: ack.retries,
      hearts: hearts.counted,
      heartsToldAfterS: told.afterS,
      heartAckP50Ms: hearts.p50,
      heartAckP99Ms: hearts.p99,
      heartCallsMadeAgain: hearts.repeated,
      heartRetries: hearts.retries,
      ...coresOf(usage),
    },
    faults,
    ...(notes.length > 0 ? { notes } : {}),
  };
}
