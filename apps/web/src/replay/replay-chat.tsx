/** The chat as its audience saw it at the player's time. */
import type { Entry } from "@madang/client";
import { useCallback } from "react";
import { HeartsCanvas } from "../chat/hearts-canvas.tsx";
import { MessageList } from "../chat/message-list.tsx";
import { GiftRow, type MessageActions, MessageRow } from "../chat/rows.tsx";
import { Pinned } from "../chat/top.tsx";
import { Button } from "../look/controls.tsx";
import { replayWords } from "../words/replay.ts";
import { useWords } from "../words/words.ts";
import type { Show } from "./show.ts";
import { useShown } from "./use-replay.ts";

/** The past is not changed. */
const noActions: MessageActions = {};

export function ReplayChat({ show }: { show: Show }) {
  const words = useWords(replayWords);
  const { entries, pinned, older, loading, jumps, failed } = useShown(show);
  const renderEntry = useCallback((entry: Entry) => {
    if (entry.kind === "message") return <MessageRow message={entry} actions={noActions} />;
    return entry.kind === "gift" ? <GiftRow gift={entry} /> : null;
  }, []);
  return (
    <section className="chat-panel" aria-label={words.comments}>
      <header className="chat-header">
        <h2>{words.comments}</h2>
        <p className="chat-quiet replay-audience">{words.audience}</p>
      </header>
      <Pinned pinned={pinned} />
      <div className="chat-middle">
        {failed === undefined ? (
          <MessageList
            key={jumps}
            entries={entries}
            older={older}
            empty={loading || older === "loading" ? words.reading : words.nothingYet}
            renderEntry={renderEntry}
            onOlder={show.loadOlder}
          />
        ) : (
          <div className="chat-end" role="alert">
            <p className="chat-end-title">{words.unreadable}</p>
            <p>{words.unreadableHow}</p>
            <Button look="accent" onClick={() => show.again()}>
              {words.tryAgain}
            </Button>
          </div>
        )}
        <HeartsCanvas room={show.hearts} />
      </div>
    </section>
  );
}
