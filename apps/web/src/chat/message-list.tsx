/**
 * The comments, of which only those in sight are in the document. Whoever reads at the end stays there; whoever has scrolled up keeps their
 * place, whatever comes, leaves at the head, or is put before it.
 */
import type { Entry } from "@madang/client";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Icon } from "../look/icons.tsx";
import { chatWords } from "../words/chat.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { plain } from "./format.ts";

/** Reading "at the end" is meant with a thumb: within so many px of it. */
const endPx = 48;
/** Older ones are asked for when the reader is so near to the oldest. */
const olderWithinPx = 600;
/** Entries in the document above and below those in sight. */
const overscan = 8;

export interface MessageListProps {
  readonly entries: readonly Entry[];
  readonly older: "none" | "more" | "loading";
  readonly empty: string;
  /** One entry. The same entry gives the same element, so that React need not look at it again. */
  readonly renderEntry: (entry: Entry) => ReactNode;
  readonly onOlder: () => void;
  readonly onReading?: (atEnd: boolean) => void;
  /** Enter or a context menu on one. */
  readonly onOpen?: (entry: Entry, row: HTMLElement) => void;
}

export function MessageList({ entries, older, empty, renderEntry, onOlder, onReading, onOpen }: MessageListProps) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [active, setActive] = useState<string>();
  const getItemKey = useCallback((at: number) => entries[at]?.key ?? at, [entries]);
  const activeIndex = active === undefined ? -1 : entries.findIndex(({ key }) => key === active);

  const list = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 44,
    getItemKey,
    overscan,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: endPx,
    paddingStart: 44,
    paddingEnd: 8,
    // The one that has the focus stays in the document, however far one scrolls.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const from = Math.max(0, startIndex - overscan);
      const to = Math.min(count - 1, endIndex + overscan);
      const range = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
      if (activeIndex >= 0 && activeIndex < from) range.unshift(activeIndex);
      if (activeIndex > to) range.push(activeIndex);
      return range;
    },
  });

  useForgetSizes(list.itemSizeCache, entries);
  const toEnd = useCallback(() => list.scrollToEnd(), [list]);
  useFirstEnd(entries.length > 0, toEnd);

  const report = useRef(onReading);
  report.current = onReading;
  const wasAtEnd = useRef(true);
  const handleScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const now = element.scrollHeight - element.scrollTop - element.clientHeight <= endPx;
    if (now !== wasAtEnd.current) {
      wasAtEnd.current = now;
      setAtEnd(now);
      report.current?.(now);
    }
    if (element.scrollTop < olderWithinPx && older === "more") onOlder();
  }, [older, onOlder]);
  // A list that is shorter than its place has nothing to scroll, and may have more of the past all the same.
  useEffect(() => {
    const element = scroller.current;
    if (element !== null && older === "more" && element.scrollHeight <= element.clientHeight + olderWithinPx) onOlder();
  }, [older, onOlder]);

  // The place gets smaller when a keyboard, a pin or a banner comes: who reads at the end stays there.
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const resized = new ResizeObserver(() => {
      if (wasAtEnd.current) toEnd();
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, [toEnd]);

  const unread = useUnread(entries, atEnd);
  const focusRow = (index: number) => {
    const entry = entries[index];
    if (entry === undefined) return;
    setActive(entry.key);
    list.scrollToIndex(index, { align: "auto" });
  };
  useLayoutEffect(() => {
    if (active === undefined) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${activeIndex}"]`);
    if (row && !row.matches(":focus-within")) row.focus({ preventScroll: true });
    // Only when another one becomes active: what comes later takes no focus.
  }, [active]);

  const handleKey = (event: KeyboardEvent<HTMLDivElement>) => {
    const last = entries.length - 1;
    const at = activeIndex >= 0 ? activeIndex : last + 1;
    const page = Math.max(1, list.getVirtualItems().length - 2 * overscan - 1);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: last }[event.key];
    const entry = entries[activeIndex];
    if (to !== undefined) {
      event.preventDefault();
      if (event.key === "End" || to > last) list.scrollToEnd();
      focusRow(Math.max(0, Math.min(last, to)));
    } else if (event.key === "Enter" && entry !== undefined && event.target instanceof HTMLElement) {
      if (event.target.closest("button") !== null) return;
      event.preventDefault();
      onOpen?.(entry, event.target);
    }
  };
  const handleFocus = (event: FocusEvent<HTMLDivElement>) => {
    const index = Number(event.target.closest<HTMLElement>("[data-index]")?.dataset.index ?? Number.NaN);
    const entry = entries[index];
    if (entry !== undefined) setActive(entry.key);
  };
  const handleBlur = (event: FocusEvent<HTMLDivElement>) => {
    if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return;
    setActive(undefined);
  };

  return (
    <div className="chat-list">
      <div
        ref={scroller}
        className="chat-scroller"
        role="feed"
        aria-label={words.comments}
        aria-description={words.commentsHow}
        aria-live="off"
        aria-busy={older === "loading"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
        tabIndex={0}
        onScroll={handleScroll}
        onKeyDown={handleKey}
        onFocus={handleFocus}
        onBlur={handleBlur}
      >
        {entries.length === 0 ? (
          <p className="chat-empty">{empty}</p>
        ) : (
          <div className="chat-rows" style={{ height: list.getTotalSize() }}>
            <p className="chat-head">{older === "none" ? words.beginning : older === "loading" ? words.loadingOlder : ""}</p>
            {list.getVirtualItems().map(({ key, index, start }) => {
              const entry = entries[index];
              return (
                entry !== undefined && (
                  <article
                    key={key}
                    ref={list.measureElement}
                    data-index={index}
                    className="chat-row"
                    aria-posinset={index + 1}
                    aria-setsize={older === "none" ? entries.length : -1}
                    tabIndex={-1}
                    style={{ transform: `translateY(${start}px)` }}
                  >
                    {renderEntry(entry)}
                  </article>
                )
              );
            })}
          </div>
        )}
      </div>
      {!atEnd && (
        <button type="button" className="chat-newer" aria-label={words.toEnd} onClick={toEnd}>
          <Icon name="down" />
          {unread > 0 && <span>{words.newComments(plain(unread, language))}</span>}
        </button>
      )}
    </div>
  );
}

/** How many came since one left the end. */
function useUnread(entries: readonly Entry[], atEnd: boolean): number {
  const seen = useRef(0);
  const last = entries.findLast((entry) => "offset" in entry && entry.offset !== undefined);
  const newest = last !== undefined && "offset" in last ? (last.offset ?? 0) : 0;
  useEffect(() => {
    if (atEnd) seen.current = newest;
  }, [atEnd, newest]);
  if (atEnd) return 0;
  let unread = 0;
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at];
    if (entry?.kind === "skipped" && entry.from > seen.current) unread += entry.count;
    if (entry?.kind !== "message" && entry?.kind !== "gift") continue;
    if (entry.offset !== undefined && entry.offset <= seen.current) break;
    if (entry.kind === "gift" || !entry.mine) unread += 1;
  }
  return unread;
}

/** Sizes of entries that left are forgotten now and then: a chat may run for a day. */
function useForgetSizes(sizes: Map<number | string | bigint, number>, entries: readonly Entry[]): void {
  useEffect(() => {
    if (sizes.size < 2 * entries.length + 2_000) return;
    const here = new Set<number | string | bigint>(entries.map(({ key }) => key));
    for (const key of sizes.keys()) if (!here.has(key)) sizes.delete(key);
  }, [sizes, entries]);
}

/** The first entries are shown from their end. */
function useFirstEnd(any: boolean, toEnd: () => void): void {
  useLayoutEffect(() => {
    if (any) toEnd();
  }, [any, toEnd]);
}
