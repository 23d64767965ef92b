/** One line of the live feed. */

import type { Entry, Message } from "@madang/client";
import { memo } from "react";
import { giver, saidWith } from "../../chat/gifts.ts";
import { type ConsoleWords, consoleWords } from "../../words/console.ts";
import { useNames } from "../../words/names.ts";
import { useWords } from "../../words/words.ts";
import { eventWords } from "./events.ts";
import type { Mark } from "./marks.ts";

export interface RowMarks {
  readonly deleted?: Mark | undefined;
  readonly user?: { readonly verb: "mute" | "ban" | "shadow" | "purge"; readonly mark: Mark } | undefined;
  readonly reported: boolean;
  readonly pinned: boolean;
}

export const FeedRow = memo(function FeedRow({ entry, marks }: { readonly entry: Entry; readonly marks: RowMarks }) {
  const words = useWords(consoleWords);
  const names = useNames();
  switch (entry.kind) {
    case "message":
      return <MessageRow message={entry} marks={marks} words={words} />;
    case "gift":
      return (
        <Note at={entry.at} words={words}>
          {words.verbAbout(
            words.eventGifted,
            `${giver(entry, names)} ${words.sum(entry.amount, entry.currency)} ${saidWith(entry)}`.trim(),
          )}
        </Note>
      );
    case "notice":
      return (
        <Note at={entry.at} words={words}>
          {words.byWhom(eventWords(words, entry.type, entry.data), entry.by === undefined ? words.theSite : names.of(entry.by))}
        </Note>
      );
    case "skipped":
      return <Note words={words}>{words.skipped(entry.count)}</Note>;
    case "gap":
      return <Note words={words}>{words.gap(entry.to - entry.from + 1)}</Note>;
    default:
      return entry satisfies never;
  }
}, sameRow);

/** Marks are made anew with each drawing; a row is not. */
function sameRow(one: { entry: Entry; marks: RowMarks }, other: { entry: Entry; marks: RowMarks }): boolean {
  return (
    one.entry === other.entry &&
    one.marks.deleted === other.marks.deleted &&
    one.marks.user?.verb === other.marks.user?.verb &&
    one.marks.user?.mark === other.marks.user?.mark &&
    one.marks.reported === other.marks.reported &&
    one.marks.pinned === other.marks.pinned
  );
}

function MessageRow({
  message,
  marks,
  words,
}: {
  readonly message: Message;
  readonly marks: RowMarks;
  readonly words: ConsoleWords;
}) {
  const names = useNames();
  const gone = message.deleted || marks.deleted === "done";
  const going = !gone && marks.deleted === "pending";
  return (
    <>
      <span className="console-row-time">{words.time(message.at)}</span>
      <span className="console-row-author">
        {message.author === undefined ? (message.deleted ? "" : words.theSite) : names.of(message.author)}
      </span>
      <span className={gone || going ? "console-row-text console-row-gone" : "console-row-text"}>{message.text}</span>
      <span className="console-row-tags">
        {gone && <Tag kind="quiet">{words.deleted}</Tag>}
        {going && <Tag kind="quiet">{words.underWay}</Tag>}
        {marks.deleted === "failed" && !message.deleted && <Tag kind="bad">{words.notDone}</Tag>}
        {message.edited && <Tag kind="quiet">{words.edited}</Tag>}
        {message.masked && <Tag kind="warn">{words.masked}</Tag>}
        {message.state.kind === "held" && <Tag kind="warn">{words.heldOne}</Tag>}
        {message.state.kind === "refused" && <Tag kind="bad">{words.notSent}</Tag>}
        {message.state.kind === "failed" && <Tag kind="bad">{words.notSent}</Tag>}
        {marks.reported && <Tag kind="warn">{words.reportedOne}</Tag>}
        {marks.pinned && <Tag kind="good">{words.pinnedOne}</Tag>}
        {marks.user !== undefined && (
          <Tag kind={marks.user.mark === "failed" ? "bad" : "quiet"}>
            {marks.user.mark === "failed" ? words.notDone : words[`done_${marks.user.verb}`]}
          </Tag>
        )}
      </span>
    </>
  );
}

function Note({ at, words, children }: { readonly at?: number; readonly words: ConsoleWords; readonly children: string }) {
  return (
    <>
      <span className="console-row-time">{at === undefined ? "" : words.time(at)}</span>
      <span className="console-row-note">{children}</span>
    </>
  );
}

export function Tag({ kind, children }: { readonly kind: "quiet" | "good" | "warn" | "bad"; readonly children: string }) {
  return <span className={`console-tag console-tag-${kind}`}>{children}</span>;
}
