/** The live feed's list: only what is in sight is drawn, its end is followed while it lives, and the place is kept while it stands still. */
import type { Entry, Message } from "@madang/client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type Ref, useCallback, useImperativeHandle, useLayoutEffect, useRef } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { FeedRow, type RowMarks } from "./feed-row.tsx";

export interface FeedListHandle {
  /** Brings an entry into sight. */
  show(index: number): void;
  focus(): void;
}

export interface FeedListProps {
  readonly entries: readonly Entry[];
  readonly dense: boolean;
  readonly following: boolean;
  readonly selected: string | undefined;
  readonly marksFor: (message: Message) => RowMarks;
  readonly select: (message: Message) => void;
  readonly open: (message: Message) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onHover: (over: boolean) => void;
  /** Scrolled by hand: away from the end, or back to it. */
  readonly onScroll: (atEnd: boolean) => void;
  readonly handle: Ref<FeedListHandle>;
}

const noMarks: RowMarks = { reported: false, pinned: false };
const atEndPx = 24;

export function FeedList(props: FeedListProps) {
  const { entries, dense, following, selected, marksFor, select, open, onHover, onScroll } = props;
  const words = useWords(consoleWords);
  const place = useRef<HTMLDivElement>(null);
  const keyAt = useCallback((index: number) => entries[index]?.key ?? index, [entries]);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => place.current,
    estimateSize: () => (dense ? 27 : 41),
    getItemKey: keyAt,
    anchorTo: "end",
    overscan: 6,
  });

  useLayoutEffect(() => {
    if (following && entries.length > 0) virtualizer.scrollToEnd();
  }, [virtualizer, following, entries]);

  // Heights of another density say nothing of this one.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, dense]);

  useImperativeHandle(
    props.handle,
    () => ({
      show: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
      focus: () => place.current?.focus(),
    }),
    [virtualizer],
  );

  /** By hand only: what the list itself scrolls comes without one of these before. */
  const scrolledByHand = () => {
    const list = place.current;
    if (list === null) return;
    requestAnimationFrame(() => onScroll(list.scrollHeight - list.scrollTop - list.clientHeight < atEndPx));
  };

  const selectedIndex = selected === undefined ? -1 : entries.findIndex(({ key }) => key === selected);
  const drawn = virtualizer.getVirtualItems();
  return (
    <div
      ref={place}
      className={dense ? "console-feed console-feed-dense" : "console-feed"}
      role="listbox"
      tabIndex={0}
      aria-label={words.liveFeed}
      aria-activedescendant={drawn.some(({ index }) => index === selectedIndex) ? rowId(selectedIndex) : undefined}
      onKeyDown={props.onKeyDown}
      // Moved, and not only over the list since the list has grown under it.
      onPointerMove={(event) =>
        event.pointerType === "mouse" && (event.movementX !== 0 || event.movementY !== 0) && onHover(true)
      }
      onPointerLeave={(event) => event.pointerType === "mouse" && onHover(false)}
      onWheel={scrolledByHand}
      onTouchMove={scrolledByHand}
      onPointerUp={scrolledByHand}
    >
      <div className="console-feed-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
        {drawn.map(({ index, key, start }) => {
          const entry = entries[index];
          if (entry === undefined) return null;
          const message = entry.kind === "message" ? entry : undefined;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, as the role asks for.
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names its line.
            <div
              key={key}
              id={rowId(index)}
              ref={virtualizer.measureElement}
              data-index={index}
              role="option"
              aria-selected={index === selectedIndex}
              aria-disabled={message === undefined}
              className={index === selectedIndex ? "console-row console-row-selected" : "console-row"}
              style={{ transform: `translateY(${start}px)` }}
              onClick={message && (() => select(message))}
              onDoubleClick={message && (() => open(message))}
            >
              <FeedRow entry={entry} marks={message === undefined ? noMarks : marksFor(message)} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const rowId = (index: number): string => `console-row-${index}`;
