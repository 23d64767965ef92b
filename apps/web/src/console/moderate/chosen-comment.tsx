/** The comment that one has chosen, whole, with all that can be done about it: for mouse, touch and keys alike. */

import type { Message } from "@madang/client";
import type { MouseEvent } from "react";
import { consoleWords } from "../../words/console.ts";
import { useNames } from "../../words/names.ts";
import { useWords } from "../../words/words.ts";
import { useDesk } from "./desk-context.tsx";
import type { FeedKey } from "./keys.ts";

export function ChosenComment({
  message,
  pinned,
  deleted,
  press,
  back,
}: {
  readonly message: Message;
  readonly pinned: boolean;
  readonly deleted: boolean;
  readonly press: (key: FeedKey, choose: boolean) => void;
  /** To the list. */
  readonly back: () => void;
}) {
  const words = useWords(consoleWords);
  const names = useNames();
  const { act, alwaysAsks, setAlwaysAsks } = useDesk();
  const { author, offset } = message;
  const button = (key: FeedKey, name: string, letter: string) => (
    <button
      type="button"
      className="console-button"
      aria-keyshortcuts={letter}
      onClick={(event: MouseEvent) => {
        press(key, event.shiftKey);
        // Clicked, and not pressed by key: then the keys are the list's again.
        if (event.detail > 0 && key !== "reply" && !event.shiftKey) back();
      }}
    >
      {name} <kbd>{letter}</kbd>
    </button>
  );
  return (
    <section className="console-chosen" aria-label={words.chosen}>
      <p className="console-chosen-text">
        <button type="button" className="console-link" onClick={() => press("user", false)}>
          {author === undefined ? words.theSite : names.of(author)}
        </button>{" "}
        <span>{message.text === "" && message.deleted ? words.deleted : message.text}</span>
      </p>
      <div className="console-buttons">
        {deleted ? (
          <button
            type="button"
            className="console-button"
            onClick={() => offset !== undefined && act({ verb: "undelete", offset, about: author ? { user: author.user } : {} })}
          >
            {words.verb_undelete}
          </button>
        ) : (
          <>
            {button("delete", words.verb_delete, "d")}
            {button("pin", pinned ? words.verb_unpin : words.verb_pin, "p")}
          </>
        )}
        {author !== undefined && (
          <>
            {button("mute", words.muteTen, "m")}
            {button("ban", words.verb_ban, "b")}
            {button("shadow", words.verb_shadow, "s")}
            {button("purge", words.verb_purge, "u")}
            {button("reply", words.reply, "r")}
          </>
        )}
        <label className="console-check">
          <input type="checkbox" checked={alwaysAsks} onChange={(event) => setAlwaysAsks(event.target.checked)} />
          {words.alwaysAsk}
        </label>
      </div>
    </section>
  );
}
