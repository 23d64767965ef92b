/** A room's chat: what was said, and where one says something. Its parts know the room by what `@madang/client` shows of it. */
import { type Entry, isStaff, type Message, type Room } from "@madang/client";
import { useConnection, useMadang, useRoomView } from "@madang/client/react";
import { useCallback, useId, useMemo, useRef, useState } from "react";
import { MenuButton } from "../look/controls.tsx";
import { Icon } from "../look/icons.tsx";
import { chatWords } from "../words/chat.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Announcer, useAnnouncements } from "./announcer.tsx";
import { BlocksDialog } from "./blocks.tsx";
import { Composer, type ComposerDoes } from "./composer.tsx";
import { compact } from "./format.ts";
import { HeartButton, heartsOf } from "./heart-button.tsx";
import { type Hearts, HeartsCanvas } from "./hearts-canvas.tsx";
import { MessageList } from "./message-list.tsx";
import { MessageMenu, type Opened } from "./message-menu.tsx";
import { noticeWords } from "./notice-words.ts";
import { problemWords } from "./problem-words.ts";
import { GapRow, GiftRow, type MessageActions, MessageRow, NoticeRow, SkippedRow } from "./rows.tsx";
import { ConnectionBanner, End, endOf } from "./standing.tsx";
import { GiftStrip, Pinned } from "./top.tsx";
import { useSummaries } from "./use-summaries.ts";

/** `onAgain`: how one comes in anew where it has ended; by itself, the page is loaded again. */
export function ChatPanel({ room, onAgain }: { room: Room; onAgain?: () => void }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const client = useMadang();
  const connection = useConnection();
  const view = useRoomView(room);
  const composerId = useId();
  const composer = useRef<ComposerDoes>(null);
  const hearts = useRef<Hearts>(null);
  const [opened, setOpened] = useState<Opened>();
  const [blocksOpen, setBlocksOpen] = useState(false);
  const [summaries, setSummaries] = useSummaries();
  const { said, say } = useAnnouncements(view, summaries);
  const [toast, setToast] = useToast(say);

  const entries = useMemo(
    () => view.entries.filter((entry) => entry.kind !== "notice" || noticeWords(entry, words, language) !== undefined),
    [view.entries, words, language],
  );
  const actions = useMemo<MessageActions>(
    () => ({
      role: view.role,
      onMenu: (message, anchor) => setOpened({ message, anchor }),
      onRetry: (key) => room.retry(key),
      onDiscard: (key) => room.discard(key),
    }),
    [room, view.role],
  );
  const fill = useCallback((gap: Parameters<Room["fillGap"]>[0]) => void room.fillGap(gap).catch(() => {}), [room]);
  const renderEntry = useCallback(
    (entry: Entry) => {
      switch (entry.kind) {
        case "message":
          return <MessageRow message={entry} actions={actions} />;
        case "gift":
          return <GiftRow gift={entry} />;
        case "notice":
          return <NoticeRow words={noticeWords(entry, words, language) ?? ""} at={entry.at} />;
        case "skipped":
          return <SkippedRow skipped={entry} />;
        case "gap":
          return <GapRow gap={entry} onFill={fill} />;
        default:
          return entry satisfies never;
      }
    },
    [actions, fill, words, language],
  );
  const loadOlder = useCallback(() => void room.loadOlder().catch(() => {}), [room]);
  const setReading = useCallback((atEnd: boolean) => room.setReading(atEnd), [room]);
  const open = useCallback((entry: Entry, anchor: HTMLElement) => {
    if (entry.kind === "message" && !entry.deleted && entry.state.kind === "sent") setOpened({ message: entry, anchor });
  }, []);
  const edit = async (message: Message, text: string) => {
    if (message.offset === undefined) return false;
    // Whom it meant, it means still.
    const result = await room.edit(message.offset, { ...message.data, text });
    setToast(result.ok ? words.editedNow : problemWords(result.problem, words));
    return result.ok;
  };
  const unpin = (offset: number) =>
    void room.moderate
      .unpin(offset)
      .then((result) => setToast(result.ok ? words.unpinnedNow : problemWords(result.problem, words)))
      .catch(() => setToast(words.problemOther));

  const end = endOf(connection, view.membership);
  const staff = isStaff(view.role);
  return (
    <section className="chat-panel" aria-label={words.chat}>
      <a
        className="chat-skip"
        href={`#${composerId}`}
        onClick={(event) => {
          event.preventDefault();
          composer.current?.focus();
        }}
      >
        {words.skipToComposer}
      </a>
      <header className="chat-header">
        <h2>{words.chat}</h2>
        {view.counters !== undefined && (
          <p className="chat-count" title={words.commentCount(String(view.counters.comments))}>
            <Icon name="chat" />
            <span aria-hidden="true">{compact(view.counters.comments, language)}</span>
            <span className="chat-unseen">{words.commentCount(compact(view.counters.comments, language))}</span>
          </p>
        )}
        <MenuButton
          name={words.settings}
          icon="sliders"
          items={[
            { key: "announce", words: `${summaries ? "✓ " : ""}${words.announce}`, act: () => setSummaries(!summaries) },
            { key: "blocked", words: words.blocked, act: () => setBlocksOpen(true) },
          ]}
        />
      </header>
      <ConnectionBanner connection={connection} membership={view.membership} />
      {end === undefined ? (
        <>
          <Pinned pinned={view.pinned} onUnpin={staff ? unpin : undefined} />
          <GiftStrip entries={view.entries} />
          <div className="chat-middle">
            <MessageList
              entries={entries}
              older={view.older}
              empty={view.membership.kind === "joining" || view.older === "loading" ? words.joining : words.nobodyYet}
              renderEntry={renderEntry}
              onOlder={loadOlder}
              onReading={setReading}
              onOpen={open}
            />
            <HeartsCanvas room={room} hearts={hearts} />
            {toast !== undefined && <p className="chat-toast">{toast}</p>}
          </div>
          <footer className="chat-footer">
            <Composer room={room} view={view} onEdit={edit} does={composer} id={composerId} />
            <HeartButton
              room={room}
              total={heartsOf(view.counters, view.heartsPending)}
              disabled={view.life === "ended"}
              onHeart={(kind) => hearts.current?.rise(kind)}
            />
          </footer>
        </>
      ) : (
        <End code={end} {...(onAgain === undefined ? {} : { onAgain })} />
      )}
      <MessageMenu
        room={room}
        client={client}
        view={view}
        opened={opened}
        onClose={() => setOpened(undefined)}
        onDone={setToast}
        onReply={(message) => composer.current?.reply(message)}
        onEdit={(message) => composer.current?.edit(message)}
      />
      {blocksOpen && <BlocksDialog client={client} onClose={() => setBlocksOpen(false)} />}
      <Announcer said={said} />
    </section>
  );
}

/** Says what was done, and shows it for a while. */
function useToast(say: (words: string) => void): [string | undefined, (words: string) => void] {
  const [toast, setToast] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useCallback(
    (words: string) => {
      say(words);
      setToast(words);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setToast(undefined), 4_000);
    },
    [say],
  );
  return [toast, show];
}
