// Clients that chat and watch while things die, and remember what they did and saw.
import type { RoomId } from "@madang/contracts";
import { type Attempt, eventually, type Observation, type Placed } from "@madang/devkit";
import type { Centrifuge } from "centrifuge";
import { connected, type Viewer, viewer } from "../support/viewer.ts";
import { longestStall } from "./stall.ts";

const betweenSendsMs = 40;
/** What an event says, as the checker compares it. */
export const textOf = (data: object) => JSON.stringify(data);

const refusals = new Set([106, 107, 400]);

export class Workload {
  readonly attempts: Attempt[] = [];
  readonly #rooms: readonly RoomId[];
  readonly #viewers: { room: RoomId; who: string; viewer: Viewer }[] = [];
  readonly #clients: Centrifuge[] = [];
  readonly #acknowledged = new Map<RoomId, number[]>();
  #running: Promise<void>[] = [];
  #stopping = false;

  constructor(rooms: readonly RoomId[]) {
    this.#rooms = rooms;
    for (const room of rooms) this.#acknowledged.set(room, []);
  }

  /** Per room so many senders, and as many observers; each on whichever gateway its connection finds. */
  async start(url: string, { senders, observers }: { senders: number; observers: number }): Promise<void> {
    for (const room of this.#rooms) {
      for (let n = 1; n <= observers; n++) {
        const who = `observer-${n}`;
        this.#viewers.push({ room, who, viewer: await viewer(url, room, { user: who }) });
      }
      for (let n = 1; n <= senders; n++) {
        const user = `sender-${n}`;
        const client = await connected(url, { user, client: { timeout: 5_000 } });
        this.#clients.push(client);
        this.#running.push(this.#send(client, { room, user }));
      }
    }
  }

  /** The longest time in which no message of a room was acknowledged, over all rooms, since `from`. */
  stallSince(from: number): number {
    const until = performance.now();
    return Math.max(...[...this.#acknowledged.values()].map((times) => longestStall(times, { from, until })));
  }

  /** The longest that a sender waited for the acknowledgement of one message, of those that came since `from`. */
  waitSince(from: number): number {
    const waits = this.attempts.flatMap(({ outcome, startedAt, endedAt = 0 }) =>
      outcome.kind === "ok" && endedAt > from ? [endedAt - Math.max(startedAt, from)] : [],
    );
    return Math.max(0, ...waits);
  }

  /** Resolves once every room has acknowledged so many messages that were begun after `since`. */
  async flowing(since: number, { messages = 20, withinMs = 60_000 } = {}): Promise<void> {
    await eventually(
      () => {
        for (const room of this.#rooms) {
          const acknowledged = this.attempts.filter(
            (attempt) => attempt.room === room && attempt.startedAt > since && attempt.outcome.kind === "ok",
          );
          if (acknowledged.length < messages) throw new Error(`${room}: ${acknowledged.length} acknowledged since the fault`);
        }
      },
      { withinMs, everyMs: 100 },
    );
  }

  /** No new message. Those on their way are given up as unknown after a while. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
    for (const client of this.#clients) client.disconnect();
  }

  /** What each observer saw, once all have seen up to their room's head. */
  async observations(heads: ReadonlyMap<RoomId, number>): Promise<Observation[]> {
    return Promise.all(
      this.#viewers.map(async ({ room, who, viewer: { seen } }) => {
        await eventually(
          () => {
            const last = seen.at(-1)?.offset ?? 0;
            if (last < (heads.get(room) ?? 0)) throw new Error(`${who} saw ${last} of ${heads.get(room)} in ${room}`);
          },
          { withinMs: 30_000, everyMs: 100 },
        );
        return {
          who,
          room,
          seen: seen.map(
            ({ offset, data, tags, info }): Placed => ({
              offset,
              id: tags.id ?? "",
              user: info?.user ?? "",
              text: textOf(data),
            }),
          ),
        };
      }),
    );
  }

  close(): void {
    for (const { viewer } of this.#viewers) viewer[Symbol.dispose]();
    for (const client of this.#clients) client.disconnect();
  }

  async #send(client: Centrifuge, { room, user }: { room: RoomId; user: string }): Promise<void> {
    for (let n = 1; !this.#stopping; n++) {
      const id = `${room.split(":")[1]}-${n}`;
      const startedAt = performance.now();
      const data = { text: `${user} says ${id}` };
      const outcome = await this.#place(client, { channel: room, id, data });
      const endedAt = performance.now();
      const attempt = { room, user, id, text: textOf(data), startedAt };
      this.attempts.push({ ...attempt, ...(outcome.kind === "unknown" ? {} : { endedAt }), outcome });
      if (outcome.kind === "ok") this.#acknowledged.get(room)?.push(endedAt);
      await new Promise((resolve) => setTimeout(resolve, betweenSendsMs));
    }
  }

  /** Tries with the same id until there is a definite answer; unknown only at the end of everything. */
  async #place(client: Centrifuge, message: { channel: string; id: string; data: object }): Promise<Attempt["outcome"]> {
    let givenUpAt = Number.POSITIVE_INFINITY;
    while (performance.now() < givenUpAt) {
      if (this.#stopping) givenUpAt = Math.min(givenUpAt, performance.now() + 10_000);
      try {
        await client.ready(5_000);
        const { data } = await client.rpc("send", message);
        return data.refused === undefined ? { kind: "ok", offset: data.offset } : { kind: "refused" };
      } catch (error) {
        if (refusals.has((error as { code: number }).code)) return { kind: "refused" };
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    return { kind: "unknown" };
  }
}
