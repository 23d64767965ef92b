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
  const latest = useRef<Shown<T, Next>>(undefined);
  /** One after the other, so that none makes another worthless: on a slow link there are always news before a list is there. */
  const queue = useRef<{ last: Promise<void> }>({ last: Promise.resolve() });

  const read = useCallback(
    (pagesOf: (shown: Shown<T, Next> | undefined) => { pages: number; after?: Shown<T, Next> | undefined }) => {
      const mine = queue.current;
      const run = async () => {
        if (mine !== queue.current) return;
        const { pages, after } = pagesOf(latest.current);
        try {
          let entries: readonly T[] = after?.entries ?? [];
          let next: Next | undefined = after?.next;
          for (let page = 0; page < pages; page++) {
            const read = await load(next);
            entries = [...entries, ...read.items];
            next = read.next;
            if (next === undefined) break;
          }
          if (mine !== queue.current) return;
          latest.current = { entries, next, pages: (after?.pages ?? 0) + pages };
          setShown(latest.current);
          setProblem(undefined);
        } catch (error) {
          if (mine === queue.current) setProblem(problemOf(error));
        }
      };
      mine.last = mine.last.then(run);
      return mine.last;
    },
    [load],
  );

  const reload = useCallback(() => read((before) => ({ pages: Math.min(3, before?.pages ?? 1) })), [read]);
  useEffect(() => {
    queue.current = { last: Promise.resolve() };
    latest.current = undefined;
    setShown(undefined);
    void read(() => ({ pages: 1 }));
    return () => {
      queue.current = { last: Promise.resolve() };
    };
  }, [read]);
  useNews(room, types, reload);

  return {
    entries: shown?.entries ?? [],
    state: problem !== undefined ? "failed" : shown === undefined ? "loading" : "ready",
    ...(problem === undefined ? {} : { problem }),
    more: shown?.next !== undefined,
    readMore: () =>
      void read((before) => (before?.next === undefined ? { pages: 0, after: before } : { pages: 1, after: before })),
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
export function useNews(room: Room, types: readonly NewsType[], tell: () => unknown): void {
  const latest = useRef(tell);
  latest.current = tell;
  const wanted = types.join(" ");
  useEffect(() => {
    const news = onceForMany(() => latest.current(), newsWaitMs);
    const stops = wanted.split(" ").map((type) => room.on(type as NewsType, news.hear));
    return () => {
      news.stop();
      for (const stop of stops) stop();
    };
  }, [room, wanted]);
}

/** `tell` a moment after the first of some news; what comes until it is done is told of once more after that. */
export function onceForMany(tell: () => unknown, waitMs: number): { hear(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let telling = false;
  let more = false;
  let stopped = false;
  const hear = () => {
    if (stopped) return;
    if (telling) more = true;
    else timer ??= setTimeout(() => void run(), waitMs);
  };
  const run = async () => {
    timer = undefined;
    telling = true;
    more = false;
    try {
      await tell();
    } finally {
      telling = false;
      if (more) hear();
    }
  };
  return {
    hear,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
