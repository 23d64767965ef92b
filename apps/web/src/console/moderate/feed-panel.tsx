/** The live feed: search, filters, the list, what can be done with the chosen comment, and a line to say something. */

import type { Message } from "@madang/client";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { consoleWords } from "../../words/console.ts";
import { useNames } from "../../words/names.ts";
import { useWords } from "../../words/words.ts";
import { ChosenComment } from "./chosen-comment.tsx";
import { Composer } from "./composer.tsx";
import { useDesk, useMarks, useOfRoom } from "./desk-context.tsx";
import { type FeedFilter, filtered } from "./feed.ts";
import { FeedList, type FeedListHandle } from "./feed-list.tsx";
import type { RowMarks } from "./feed-row.tsx";
import { FeedTools } from "./feed-tools.tsx";
import { KeyHelp } from "./key-help.tsx";
import { actOn, type FeedKey, keyOf } from "./keys.ts";
import { LiveFeed } from "./live-feed.ts";

/** Pages of the past that one search reads: some thousand comments, in a few seconds. */
const pagesSearched = 10;

export interface FeedPanelProps {
  /** Offsets of messages that wait, or have been reported, as the lists beside the feed know them. */
  readonly held: ReadonlySet<number>;
  readonly reported: ReadonlySet<number>;
  readonly filter: FeedFilter;
  readonly setFilter: (filter: FeedFilter) => void;
}

export function FeedPanel({ held, reported, filter, setFilter }: FeedPanelProps) {
  const words = useWords(consoleWords);
  const names = useNames();
  const { room, desk, act, ask, showUser } = useDesk();
  const marks = useMarks();
  const feed = useMemo(() => new LiveFeed(room), [room]);
  useEffect(() => feed.start(), [feed]);
  const { shown, pauses, waiting, perS } = useSyncExternalStore(feed.subscribe, () => feed.view);
  const paused = pauses.size > 0;
  const pinned = useOfRoom(room, (view) => view.pinned);
  const older = useOfRoom(room, (view) => view.older);

  const [dense, setDense] = useState(false);
  const [helping, setHelping] = useState(false);
  const [searching, setSearching] = useState(false);
  const [chosen, setChosen] = useState<Message>();
  const list = useRef<FeedListHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  const composer = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState<{ readonly text: string; readonly to?: string }>({ text: "" });

  const entries = useMemo(() => filtered(shown, filter, { held, reported }), [shown, filter, held, reported]);
  // As it reads now; what has left the list is still the chosen one.
  const now = entries.find((entry) => entry.key === chosen?.key);
  const current = now?.kind === "message" ? now : chosen;
  const pinnedOffsets = useMemo(() => new Set(pinned.map(({ offset }) => offset)), [pinned]);

  const marksFor = useCallback(
    ({ offset, author }: Message): RowMarks => ({
      deleted: offset === undefined ? undefined : marks.deleted.get(offset),
      user: author === undefined ? undefined : marks.users.get(author.user),
      reported: offset !== undefined && reported.has(offset),
      pinned: offset !== undefined && pinnedOffsets.has(offset),
    }),
    [marks, reported, pinnedOffsets],
  );

  const select = useCallback(
    (message: Message) => {
      feed.pause("selected");
      setChosen(message);
    },
    [feed],
  );

  const leave = () => {
    setChosen(undefined);
    feed.resume();
  };

  const move = (by: 1 | -1) => {
    const at = entries.findIndex(({ key }) => key === current?.key);
    let next = at === -1 ? entries.length - 1 : at + by;
    while (next >= 0 && next < entries.length && entries[next]?.kind !== "message") next += at === -1 ? -1 : by;
    const message = entries[next];
    if (message?.kind !== "message") return;
    select(message);
    list.current?.show(next);
  };

  const reply = (message: Message) => {
    if (message.author === undefined) return;
    setDraft({ text: `@${names.of(message.author)} `, to: message.author.user });
    composer.current?.focus();
  };

  const press = (key: FeedKey, choose: boolean) => {
    const made = current === undefined ? undefined : actOn(current, key, pinnedOffsets.has(current.offset));
    if (made !== undefined) return choose ? ask(made) : act(made);
    switch (key) {
      case "undo":
        return void desk.undo();
      case "reply":
        return current && reply(current);
      case "search":
        return search.current?.focus();
      case "up":
        return move(-1);
      case "down":
        return move(1);
      case "pause":
        return paused ? feed.resume() : feed.pause("chosen");
      case "user":
        return current?.author && showUser(current.author.user);
      case "leave":
      case "newest":
        return leave();
      case "keys":
        return setHelping(true);
      default:
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const pressed = keyOf(event);
    if (pressed === undefined) return;
    event.preventDefault();
    press(pressed.key, pressed.choose);
  };

  const lookFurtherBack = async () => {
    feed.pause("chosen");
    setSearching(true);
    try {
      for (let page = 0; page < pagesSearched; page++) {
        if (room.view.older === "none") break;
        const before = filtered(feed.view.shown, filter, { held, reported }).length;
        await feed.readOlder();
        if (filtered(feed.view.shown, filter, { held, reported }).length > before) break;
      }
    } finally {
      setSearching(false);
    }
  };

  return (
    <section className="console-feed-panel" aria-label={words.liveFeed}>
      <FeedTools
        filter={filter}
        setFilter={setFilter}
        dense={dense}
        setDense={setDense}
        perS={perS}
        paused={paused}
        togglePause={() => (paused ? feed.resume() : feed.pause("chosen"))}
        search={search}
        leaveSearch={() => list.current?.focus()}
        showKeys={() => setHelping(true)}
        older={older}
        searching={searching}
        lookFurtherBack={() => void lookFurtherBack()}
        found={entries === shown ? undefined : entries.length}
      />
      <div className="console-feed-frame">
        <FeedList
          handle={list}
          entries={entries}
          dense={dense}
          following={!paused}
          selected={current?.key}
          marksFor={marksFor}
          select={select}
          open={({ author }) => author && showUser(author.user)}
          onKeyDown={onKeyDown}
          onHover={(over) => (over ? feed.pause("hover") : feed.unpause("hover"))}
          onScroll={(atEnd) => (atEnd ? feed.unpause("scrolled") : feed.pause("scrolled"))}
        />
        {entries.length === 0 && <p className="console-empty console-feed-empty">{words.nothingHere}</p>}
      </div>
      <div className="console-feed-foot">
        {paused ? (
          <button type="button" className="console-feed-new" onClick={leave}>
            {waiting === 0 ? words.standsStill : words.newOnes(waiting)}
          </button>
        ) : (
          <span className="console-quiet">{words.goesOn}</span>
        )}
      </div>
      {current !== undefined && (
        <ChosenComment
          message={current}
          pinned={pinnedOffsets.has(current.offset)}
          press={press}
          back={() => list.current?.focus()}
          deleted={current.deleted || marksFor(current).deleted === "done"}
        />
      )}
      <Composer input={composer} draft={draft} setDraft={setDraft} back={() => list.current?.focus()} />
      {helping && <KeyHelp close={() => setHelping(false)} />}
    </section>
  );
}
