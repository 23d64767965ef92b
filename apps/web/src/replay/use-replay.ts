/** A broadcast that is shown again: read, measured, and at its place in time. */
import type { HeartsAt, Room } from "@madang/client";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type Moment, momentsOf } from "./moments.ts";
import { Player, type PlayerState } from "./player.ts";
import { Show, type Shown } from "./show.ts";

/** Stretches of the graph. */
const points = 100;

export type Past =
  | { readonly kind: "reading" }
  | {
      readonly kind: "there";
      readonly lengthMs: number;
      readonly startedAt: number;
      readonly totals: readonly HeartsAt[] | undefined;
      readonly moments?: readonly Moment[];
    }
  /** The protocol's number of what went wrong. */
  | { readonly kind: "unreadable"; readonly code: number };

export interface Replaying {
  readonly player: Player;
  readonly show: Show;
  readonly past: Past;
  again(): void;
}

/** `at`: where it begins, ms. */
export function useReplay(room: Room, at: number): Replaying {
  const { replay, player, show } = useMemo(() => {
    const replay = room.replay();
    const player = new Player();
    return { replay, player, show: new Show(replay, player) };
  }, [room]);
  const [past, setPast] = useState<Past>({ kind: "reading" });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let over = false;
    let stop = () => {};
    setPast({ kind: "reading" });
    const read = async () => {
      const { durationMs, startedAt } = await replay.length();
      if (over) return;
      player.setEnd(durationMs);
      player.seek(Math.min(at, durationMs));
      stop = show.start();
      setPast({ kind: "there", lengthMs: durationMs, startedAt, totals: undefined });
      // The graph may come later, or not: what was said is to be read all the same.
      const totals = durationMs === 0 ? [] : await replay.totals(points).catch(() => []);
      if (over) return;
      setPast({ kind: "there", lengthMs: durationMs, startedAt, totals });
      const moments = await momentsOf(replay, totals);
      if (!over) setPast({ kind: "there", lengthMs: durationMs, startedAt, totals, moments });
    };
    read().catch((failure: { code?: number }) => {
      if (!over) setPast({ kind: "unreadable", code: failure.code ?? 0 });
    });
    return () => {
      over = true;
      stop();
      player.close();
    };
  }, [replay, player, show, at, attempt]);

  const again = useCallback(() => setAttempt((former) => former + 1), []);
  return { player, show, past, again };
}

export function usePlayer(player: Player): PlayerState {
  return useSyncExternalStore(player.subscribe, () => player.state);
}

export function useShown(show: Show): Shown {
  return useSyncExternalStore(show.subscribe, () => show.shown);
}
