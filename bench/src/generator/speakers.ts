/** Those who talk and watch what becomes of it: each looks at every line that it gets. The first two are staff. */
import { setTimeout as sleep } from "node:timers/promises";
import { comment, now } from "../comment.ts";
import { openLoop } from "../open-loop.ts";
import type { Schedule } from "../schedule.ts";
import { Latencies } from "../statistics.ts";
import { tokenOf } from "../token.ts";
import type { Order } from "./order.ts";
import { roomName } from "./protocols.ts";
import { Reading, staffPrefix } from "./reading.ts";
import { Sender } from "./sender.ts";
import type { Acknowledged } from "./senders.ts";

const joinAtOnce = 50;
const quietMs = 3_000;

interface Speaker {
  readonly sender: Sender;
  readonly reading: Reading;
  readonly staff: boolean;
  acknowledged: number;
}

/** Of all that was said since they joined. */
export interface Heard {
  readonly comments: number;
  /** By staff. */
  readonly ofStaff: number;
  /** Speakers for whom what came and what was declared is not all, */
  readonly uneven: number;
  /** who did not get all of their own comments, */
  readonly withoutOwn: number;
  /** or of those of staff. */
  readonly withoutStaff: number;
  /** What staff was not given, of everything. */
  readonly unseenByStaff: number;
  readonly outOfPlace: number;
}

export class Speakers {
  readonly #order: Order;
  readonly #speakers: Speaker[] = [];
  #said = 0;

  constructor(order: Order) {
    this.#order = order;
  }

  /** Spread evenly over the gateways: each has one of staff. */
  async connect({ authorities, count }: { authorities: readonly string[]; count: number }): Promise<void> {
    for (let begun = 0; begun < count; begun += joinAtOnce) {
      const some = Array.from({ length: Math.min(joinAtOnce, count - begun) }, (_, place) => {
        const index = begun + place;
        return this.#connect(index, authorities[index % authorities.length] ?? "");
      });
      this.#speakers.push(...(await Promise.all(some)));
    }
  }

  /** In turn. Resolves when all is acknowledged. */
  async speak(schedule: Schedule): Promise<Acknowledged> {
    const latencies = new Latencies();
    const retries = this.#retries;
    const acks: Promise<void>[] = [];
    await openLoop(schedule, ({ at }) => acks.push(this.#say(this.#said++, { at, latencies })));
    await Promise.all(acks);
    return { comments: acks.length, ...latencies.summary(), retries: this.#retries - retries };
  }

  /** What was heard of all that was said, once it is all there or no more comes. */
  async heard(): Promise<Heard> {
    const comments = this.#said;
    const sum = (of: (speaker: Speaker) => number) => this.#speakers.reduce((total, speaker) => total + of(speaker), 0);
    const count = (is: (speaker: Speaker) => boolean) => sum((speaker) => (is(speaker) ? 1 : 0));
    const uneven = () => count(({ reading }) => reading.comments + reading.skipped !== comments);
    const told = () => sum(({ reading }) => reading.comments);
    for (let [lastAt, last] = [now(), told()]; uneven() > 0 && now() - lastAt < quietMs; await sleep(20)) {
      if (told() !== last) [lastAt, last] = [now(), told()];
    }
    const ofStaff = sum(({ staff, acknowledged }) => (staff ? acknowledged : 0));
    return {
      comments,
      ofStaff,
      uneven: uneven(),
      withoutOwn: count(({ reading, acknowledged }) => reading.own !== acknowledged),
      withoutStaff: count(({ reading }) => reading.ofStaff !== ofStaff),
      unseenByStaff: sum(({ staff, reading }) => (staff ? comments - reading.comments : 0)),
      outOfPlace: sum(({ reading }) => reading.outOfPlace),
    };
  }

  async #connect(index: number, authority: string): Promise<Speaker> {
    const role = roles[index];
    const user = role === undefined ? `speaker-${index}` : `${staffPrefix}${role}`;
    const reading = new Reading({ order: this.#order, user });
    const sender = await Sender.connect({
      authority,
      verb: "rpc",
      token: tokenOf({ sub: user, ...(role === undefined ? {} : { role }) }),
      watches: { channel: roomName(0), onPublication: (publication) => reading.see(publication) },
    });
    return { sender, reading, staff: role !== undefined, acknowledged: 0 };
  }

  async #say(number: number, { at, latencies }: { at: number; latencies: Latencies }): Promise<void> {
    const speaker = this.#speakers[number % this.#speakers.length];
    if (speaker === undefined) throw new Error("there is nobody to speak");
    const said = comment(number, at);
    const offset = await speaker.sender.send({ channel: roomName(0), comment: said });
    latencies.add(now() - at);
    speaker.acknowledged++;
    if (offset !== undefined) this.#order.see(offset, said.id);
  }

  get #retries(): number {
    return this.#speakers.reduce((sum, { sender }) => sum + sender.retries, 0);
  }
}

const roles = ["owner", "moderator"];
