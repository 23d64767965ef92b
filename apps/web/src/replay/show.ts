/** What is on the page at the player's time: the comments by then, what was at the top, the hearts. */
import type { Entry, Message, Replay, Room } from "@madang/client";
import type { Player } from "./player.ts";

export interface Shown {
  readonly entries: readonly Entry[];
  readonly pinned: readonly Message[];
  readonly hearts: Readonly<Record<string, number>>;
  readonly older: "none" | "more" | "loading";
  readonly loading: boolean;
  /** How often the list began anew. */
  readonly jumps: number;
  /** It could not be read: the protocol's number. */
  readonly failed?: number;
}

type Growth = Readonly<Record<string, number>>;

export class Show {
  readonly #replay: Replay;
  readonly #player: Player;
  readonly #listeners = new Set<() => void>();
  readonly #risen = new Set<(growth: Growth) => void>();
  #shown: Shown = { entries: [], pinned: [], hearts: {}, older: "none", loading: true, jumps: 0 };
  #jumps = 0;
  #failed: number | undefined;

  constructor(replay: Replay, player: Player) {
    this.#replay = replay;
    this.#player = player;
  }

  /** The same object until something changes. */
  get shown(): Shown {
    return this.#shown;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A source of hearts as a room is one: those that came since the last time. */
  readonly hearts: Pick<Room, "on"> = {
    on: (type, listener) => {
      if (type !== "hearts") return () => {};
      const own = listener as (growth: Growth) => void;
      this.#risen.add(own);
      return () => this.#risen.delete(own);
    },
  };

  /** @returns what ends it */
  start(): () => void {
    this.#jump();
    const stops = [this.#player.subscribe(() => this.#follow()), this.#replay.subscribe(() => this.#look())];
    return () => {
      for (const stop of stops) stop();
    };
  }

  again(): void {
    this.#failed = undefined;
    this.#jump();
  }

  readonly loadOlder = (): void => {
    this.#replay.loadOlder().catch((failure: unknown) => this.#fail(failure));
  };

  #follow(): void {
    if (this.#player.state.jumps === this.#jumps) this.#look();
    else this.#jump();
  }

  #jump(): void {
    const { at, jumps } = this.#player.state;
    this.#jumps = jumps;
    this.#replay.seek(at).then(
      () => this.#look(),
      (failure: unknown) => this.#fail(failure),
    );
    this.#look();
  }

  #fail(failure: unknown): void {
    const { code = 0 } = failure as { code?: number };
    this.#failed = code;
    this.#player.pause();
    this.#look();
  }

  #look(): void {
    const { at, playing } = this.#player.state;
    const former = this.#shown;
    if (this.#failed !== undefined) {
      this.#become({ ...former, loading: false, older: "none", failed: this.#failed });
      return;
    }
    const { failed: _, ...rest } = former;
    const entries = this.#replay.entriesUntil(at);
    const hearts = this.#replay.heartsUntil(at);
    const continues = former.jumps === this.#jumps;
    if (playing && continues && hearts !== former.hearts) this.#rise(former.hearts, hearts);
    this.#become({
      ...rest,
      entries,
      hearts,
      pinned: this.#replay.pinnedUntil(at),
      older: this.#replay.older,
      loading: this.#replay.loading,
      jumps: this.#jumps,
    });
  }

  #rise(before: Growth, now: Growth): void {
    const growth: Record<string, number> = {};
    for (const [kind, total] of Object.entries(now)) if (total > (before[kind] ?? 0)) growth[kind] = total - (before[kind] ?? 0);
    for (const listener of [...this.#risen]) listener(growth);
  }

  #become(shown: Shown): void {
    const former = this.#shown;
    const keys = new Set([...Object.keys(shown), ...Object.keys(former)]) as Set<keyof Shown>;
    if ([...keys].every((key) => shown[key] === former[key])) return;
    this.#shown = shown;
    for (const listener of [...this.#listeners]) listener();
  }
}
