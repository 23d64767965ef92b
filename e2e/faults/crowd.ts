// Many viewers of one room on one gateway, as the stock client makes them, and one who speaks all the time.
import type { RoomId } from "@madang/contracts";
import { cuttable, eventually } from "@madang/devkit";
import { pause } from "@madang/runtime";
import { Centrifuge } from "centrifuge";
import { WebSocket } from "ws";
import { connected, type Sent, sendUntilAnswered } from "../support/viewer.ts";
import type { ClusterSite, Member } from "./cluster-site.ts";
import { textOf } from "./workload.ts";

const atATime = 100;
const betweenWordsMs = 200;

interface Spectator {
  readonly client: Centrifuge;
  /** `offset id data` of everything that came. */
  readonly seen: string[];
  /** When it was subscribed, and whether with all that it had missed. */
  readonly subscribed: { at: number; recovered: boolean }[];
}

export class Crowd implements AsyncDisposable {
  readonly room: RoomId;
  readonly #spectators: Spectator[] = [];
  readonly #closers = new AsyncDisposableStack();
  /** What was acknowledged, by its offset − 1. */
  readonly #said: string[] = [];
  #speaking = true;
  #speech: Promise<void> = Promise.resolve();

  /** All on this gateway for as long as it lives, and on another after that. With the back-off that clients have by themselves. */
  static async gather(site: ClusterSite, { at, size, room }: { at: Member; size: number; room: RoomId }): Promise<Crowd> {
    const crowd = new Crowd(room);
    const portOf = (member: Member | undefined) => Number(member?.running?.authority.split(":")[1] ?? 1);
    const road = crowd.#closers.use(
      await cuttable(() => portOf(at.running ? at : site.gateways.find((gateway) => gateway.running))),
    );
    const url = `ws://127.0.0.1:${road.port}/connection/websocket`;
    for (let n = 0; n < size; n += atATime)
      await Promise.all(Array.from({ length: Math.min(atATime, size - n) }, () => crowd.#invite(url)));
    crowd.#speech = crowd.#speak(site.socketUrl);
    return crowd;
  }

  private constructor(room: RoomId) {
    this.room = room;
  }

  /** How long after `since` the last of them was back. @throws when that takes longer than `withinMs` */
  async back(since: number, withinMs: number): Promise<number> {
    const returns = () => this.#spectators.map(({ subscribed }) => subscribed.find(({ at }) => at > since)?.at);
    await eventually(
      () => {
        const away = returns().filter((at) => at === undefined).length;
        if (away > 0) throw new Error(`${away} are not back`);
      },
      { withinMs, everyMs: 100 },
    );
    return Math.max(...returns().map((at) => (at ?? 0) - since));
  }

  /** Ends the talk, waits until all have heard the last word, and says what is wrong with what they saw. */
  async findings(): Promise<string[]> {
    this.#speaking = false;
    await this.#speech;
    const last = this.#said.at(-1) ?? "";
    await eventually(
      () => {
        const late = this.#spectators.filter(({ seen }) => seen.at(-1) !== last).length;
        if (late > 0) throw new Error(`${late} have not seen the last word`);
      },
      { withinMs: 10_000, everyMs: 100 },
    ).catch(() => {});
    return this.#spectators.flatMap(({ seen, subscribed }, n) => {
      const from = Math.max(0, this.#said.indexOf(seen[0] ?? ""));
      const expected = this.#said.slice(from);
      const differs = expected.findIndex((word, at) => word !== seen[at]);
      const wrong: string[] = [];
      if (subscribed.slice(1).some(({ recovered }) => !recovered)) wrong.push(`spectator ${n} was not recovered`);
      if (seen.length !== expected.length || differs >= 0)
        wrong.push(`spectator ${n} saw ${seen.length} of ${expected.length}; different from ${expected[differs]} on`);
      return wrong;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#speaking = false;
    await this.#speech;
    for (const { client } of this.#spectators) client.disconnect();
    await this.#closers.disposeAsync();
  }

  async #invite(url: string): Promise<void> {
    const client = new Centrifuge(url, { websocket: WebSocket });
    client.on("error", () => {});
    const spectator: Spectator = { client, seen: [], subscribed: [] };
    this.#spectators.push(spectator);
    const subscription = client.newSubscription(this.room);
    subscription.on("publication", ({ offset, tags, data }) => {
      if (tags?.type === "posted") spectator.seen.push(wordOf({ offset, id: tags.id, data }));
    });
    subscription.on("subscribed", ({ recovered }) => void spectator.subscribed.push({ at: performance.now(), recovered }));
    subscription.subscribe();
    client.connect();
    await subscription.ready(30_000);
  }

  async #speak(url: string): Promise<void> {
    const speaker = await connected(url, { user: "speaker" });
    for (let n = 1; this.#speaking; n++) {
      const [id, data] = [`w${n}`, { n }];
      const sent: Sent = await sendUntilAnswered(speaker, { channel: this.room, id, data });
      this.#said[sent.offset - 1] = wordOf({ offset: sent.offset, id, data });
      await pause(betweenWordsMs);
    }
    speaker.disconnect();
  }
}

function wordOf({ offset, id, data }: { offset: number | undefined; id: string | undefined; data: object }): string {
  return `${offset} ${id} ${textOf(data)}`;
}
