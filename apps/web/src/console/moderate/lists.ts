/** Lists of what is so in a room, page by page, and kept fresh by what is told in the room. */
import type { Problem, Room } from "@madang/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { problemOf } from "./desk.ts";

/** `next`: where the one after it begins. */
export interface Page<T, Next> {
  readonly items: readonly T[];
  readonly next?: Next;
}

export interface List<T> {
  readonly entries: readonly T[];
  readonly state: "loading" | "ready" | "failed";
  readonly problem?: Problem;
  readonly more: boolean;
  readonly readMore: () => void;
  readonly reload: () => void;
}

/** Between two readings because of news: in a flood of reports the list stays usable, and one act is still seen within a second. */
const newsWaitMs = 500;

/**
 * `load` reads a page that begins after `after`; it must be the same function as long as it reads the same. News of the room that are of
 * `types` have the list read again, as many pages as are shown (three at most: the rest is to be asked for again).
 */
export function useList<T, Next>(
  room: Room,
  load: (after: Next | undefined) => Promise<Page<T, Next>>,
  types: readonly NewsType[],
): List<T> {
  const [shown, setShown] = useState<Shown<T, Next>>();
  const [problem, setProblem] = useState<Problem>();
  const reading = useRef(0);

  const read = useCallback(
    async (pages: number, after?: Shown<T, Next>) => {
      const mine = ++reading.current;
      try {
        let entries: readonly T[] = after?.entries ?? [];
        let next: Next | undefined = after?.next;
        for (let page = 0; page < pages; page++) {
          const read = await load(next);
          entries = [...entries, ...read.items];
          next = read.next;
          if (next === undefined) break;
        }
        if (mine !== reading.current) return;
        setShown({ entries, next, pages: (after?.pages ?? 0) + pages });
        setProblem(undefined);
      } catch (error) {
        if (mine === reading.current) setProblem(problemOf(error));
      }
    },
    [load],
  );

  const pages = Math.min(3, shown?.pages ?? 1);
  const reload = useCallback(() => void read(pages), [read, pages]);
  useEffect(() => {
    setShown(undefined);
    void read(1);
    return () => void reading.current++;
  }, [read]);
  useNews(room, types, reload);

  return {
    entries: shown?.entries ?? [],
    state: problem !== undefined ? "failed" : shown === undefined ? "loading" : "ready",
    ...(problem === undefined ? {} : { problem }),
    more: shown?.next !== undefined,
    readMore: () => {
      if (shown !== undefined && shown.next !== undefined) void read(1, shown);
    },
    reload,
  };
}

interface Shown<T, Next> {
  readonly entries: readonly T[];
  readonly next: Next | undefined;
  readonly pages: number;
}

export type NewsType =
  | "held"
  | "approved"
  | "denied"
  | "reported"
  | "resolved"
  | "moderated"
  | "granted"
  | "deleted"
  | "purged"
  | "restored"
  | "pinned"
  | "unpinned"
  | "configured"
  | "scheduled"
  | "opened"
  | "closed";

/** Calls `tell` a moment after something of these types was told in the room: once for many. */
export function useNews(room: Room, types: readonly NewsType[], tell: () => void): void {
  const latest = useRef(tell);
  latest.current = tell;
  const wanted = types.join(" ");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current();
      }, newsWaitMs);
    };
    const stops = wanted.split(" ").map((type) => room.on(type as NewsType, hear));
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [room, wanted]);
}
