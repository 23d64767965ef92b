/** What a moderator says in the room. */
import type { Ref } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { useDesk } from "./desk-context.tsx";

export interface Draft {
  readonly text: string;
  /** Whom it answers: it reaches them even in a flood. */
  readonly to?: string;
}

export function Composer({
  input,
  draft,
  setDraft,
  back,
}: {
  readonly input: Ref<HTMLInputElement>;
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
  readonly back: () => void;
}) {
  const words = useWords(consoleWords);
  const { room } = useDesk();
  return (
    <form
      className="console-composer"
      onSubmit={(event) => {
        event.preventDefault();
        const text = draft.text.trim();
        if (text === "") return;
        room.send(draft.to === undefined ? text : { text, mentions: [draft.to] });
        setDraft({ text: "" });
        if (draft.to !== undefined) back();
      }}
    >
      <label className="console-hidden" htmlFor="console-composer">
        {words.sayInRoom}
      </label>
      <input
        ref={input}
        id="console-composer"
        value={draft.text}
        placeholder={words.sayInRoom}
        autoComplete="off"
        maxLength={2_000}
        onChange={(event) => setDraft({ ...draft, text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setDraft({ text: "" });
          back();
        }}
      />
      <button type="submit" className="console-button">
        {words.send}
      </button>
    </form>
  );
}
