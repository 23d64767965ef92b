/**
 * The demo broadcast: it plays while somebody watches its room, and rests as soon as nobody does, so that it writes nothing on a machine that
 * is only left on. Who leaves it open for hours sees a quiet room in the end: what it may write is bounded.
 */
import type { Bus } from "@madang/bus";
import { decodeJson, encodeJson, limits, PresenceReply, RoomId, subjects } from "@madang/contracts";
import { type Logger, pause, TokenBucket } from "@madang/runtime";
import type { PublicationContext } from "centrifuge";
import { Cast, type Person } from "./cast.ts";
import { NowAndThen } from "./now-and-then.ts";
import { audience, host, type Moment, sceneMs, sceneOf, thanks, title, welcomes } from "./show.ts";
import { SiteApi } from "./site-api.ts";

export const demoRoom = RoomId.parse("live:demo");

export interface DemoOptions {
  bus: Bus;
  /** How many gateways there are, to be asked who watches. */
  gateways: number;
  /** Where the gateway is: `127.0.0.1:8000`. */
  authority: string;
  apiKey: string;
  tokenFor(person: Person): Promise<string>;
  logger: Logger;
}

const players = new Set([host, ...audience].map(({ user }) => user));

export class Demo {
  readonly #options: DemoOptions;
  readonly #closed = new AbortController();
  readonly #cast: Cast;
  readonly #site: SiteApi;
  /** Lines that it may write. */
  readonly #budget = new TokenBucket({ burst: limits.demoLinesAtOnce, perS: limits.demoLinesPerS }, performance.now());
  readonly #hostLines = new NowAndThen(limits.demoHostLineMs);
  /** None before it has played: where the room is there already, its opening has been said. */
  #scene: number | undefined;
  #welcomedAt = 0;
  #running: Promise<void> | undefined;

  constructor(options: DemoOptions) {
    this.#options = options;
    const { authority, tokenFor } = options;
    this.#site = new SiteApi(options);
    this.#cast = new Cast({
      url: `ws://${authority}/connection/websocket`,
      room: demoRoom,
      tokenFor,
      onPosted: (publication) => this.#welcome(publication),
    });
  }

  start(): void {
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#cast.leave();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      if (await this.#isWatched()) await this.#play();
      await pause(limits.demoLookMs, signal);
    }
  }

  /** Until nobody watches any more. */
  async #play(): Promise<void> {
    const done = new AbortController();
    const playing = AbortSignal.any([done.signal, this.#closed.signal]);
    try {
      const isNew = await this.#makeRoom();
      this.#scene ??= isNew ? 0 : 1;
      this.#cast.enter([host, ...audience]);
      const following = this.#follow(playing);
      // Twice in a row: somebody who goes from page to page is away for a moment.
      for (let away = 0; away < 2 && !playing.aborted; ) {
        await pause(limits.demoLookMs, playing);
        away = (await this.#isWatched()) ? 0 : away + 1;
      }
      done.abort();
      await following;
    } catch (error) {
      this.#options.logger.warn({ error }, "the demo does not play");
    } finally {
      done.abort();
      this.#cast.leave();
    }
  }

  async #follow(playing: AbortSignal): Promise<void> {
    while (!playing.aborted) {
      const since = performance.now();
      // Whoever comes when all have left finds the next one, and not the beginning of the same.
      const scene = this.#scene ?? 0;
      this.#scene = scene + 1;
      for (const moment of sceneOf(scene, Math.random)) {
        await pause(Math.max(0, since + moment.at - performance.now()), playing);
        if (playing.aborted) return;
        if (this.#budget.take(performance.now())) void this.#do(moment);
      }
      await pause(Math.max(0, since + sceneMs - performance.now()), playing);
    }
  }

  async #do(moment: Moment): Promise<void> {
    switch (moment.kind) {
      case "say":
        await this.#cast.ask(userOf(moment.by), "send", { data: { text: moment.text } });
        return;
      case "hearts":
        await this.#cast.ask(userOf(moment.by), "hearts", { kind: moment.heart, count: moment.count });
        return;
      case "host": {
        if (!this.#hostLines.take(moment.text, performance.now())) return;
        const said = await this.#cast.ask(host.user, "send", { data: { text: moment.text } });
        if (moment.pin && said !== undefined) await this.#pin(said.offset);
        return;
      }
      case "gift":
        // Only the site knows of payments.
        await this.#site.call("POST", `rooms/${demoRoom}/gifts`, {
          ...{ id: crypto.randomUUID(), user: userOf(moment.by), amount: moment.amount, currency: "KRW" },
          data: { name: audience[moment.by]?.name ?? host.name, text: pick(thanks) },
        });
        return;
      default:
        moment satisfies never;
    }
  }

  /** In the place of what was pinned before, be it by a demo of yesterday. */
  async #pin(offset: unknown): Promise<void> {
    const { pins = [] } = ((await this.#cast.ask(host.user, "info", {})) ?? {}) as { pins?: readonly number[] };
    for (const pinned of pins) await this.#cast.ask(host.user, "unpin", { offset: pinned });
    await this.#cast.ask(host.user, "pin", { offset });
  }

  /** Who speaks here for the first time in a while hears from somebody. */
  #welcome({ info }: PublicationContext): void {
    const now = performance.now();
    if (info === undefined || players.has(info.user) || now - this.#welcomedAt < limits.demoWelcomeMs || !this.#budget.take(now))
      return;
    this.#welcomedAt = now;
    const { user } = pick(audience);
    void pause(1_200, this.#closed.signal).then(() => this.#cast.ask(user, "send", { data: { text: pick(welcomes) } }));
  }

  /** Whether anybody but ourselves watches. Nobody who could say so answers: not that we know. */
  async #isWatched(): Promise<boolean> {
    const { bus, gateways: expected } = this.#options;
    try {
      const query = encodeJson({ v: 1, room: demoRoom });
      const answers = await bus.survey(subjects.presence, query, { timeoutMs: limits.presenceSurveyMs, expected });
      return answers
        .map((answer) => decodeJson(PresenceReply, answer))
        .some(({ clients, infos }) =>
          infos === undefined ? clients > players.size : infos.some(({ user }) => !players.has(user)),
        );
    } catch (error) {
      this.#options.logger.debug({ error }, "nobody says who watches the demo");
      return false;
    }
  }

  /** Once. Its owner is the host, so that nobody else comes to own it. @returns whether it was not there before @throws Error */
  async #makeRoom(): Promise<boolean> {
    const before = await this.#site.call("GET", `rooms/${demoRoom}`);
    if (before?.title) return false;
    // As it is, be it ended by somebody: what nobody can tell of now is not made anew.
    if (before?.status !== 200 && before?.status !== 404) throw new Error("nobody says whether the room of the demo is there");
    const made = await this.#site.call("PUT", `rooms/${demoRoom}`, { title, owner: host.user, state: "open" });
    if (made?.status !== 200 && made?.status !== 201) throw new Error("the room of the demo could not be made");
    return true;
  }
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}

function userOf(by: number): string {
  return audience[by]?.user ?? host.user;
}
