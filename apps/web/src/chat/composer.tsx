/** Where one writes: a comment, an answer to one, or the change of one. */
import { isStaff, type Message, type Room, type RoomView } from "@madang/client";
import { type KeyboardEvent, type Ref, useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { Button, IconButton } from "../look/controls.tsx";
import { Icon } from "../look/icons.tsx";
import { type ChatWords, chatWords } from "../words/chat.ts";
import { type Names, useNames } from "../words/names.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { plain, span } from "./format.ts";
import { charactersOf, maxCharacters, speaking } from "./speaking.ts";
import { useNow } from "./use-now.ts";

const emoji = ["😀", "😂", "🥰", "😭", "👍", "👏", "🙏", "🔥", "🎉", "💯", "❤️", "✨"] as const;
/** The counter shows when so few are left. */
const nearEnd = 80;

export interface ComposerDoes {
  reply(message: Message): void;
  edit(message: Message): void;
  focus(): void;
}

interface Props {
  readonly room: Room;
  readonly view: RoomView;
  /** Resolves once it is known whether the change was taken. */
  readonly onEdit: (message: Message, text: string) => Promise<boolean>;
  readonly does: Ref<ComposerDoes>;
  readonly id: string;
}

export function Composer({ room, view, onEdit, does, id }: Props) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const hint = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  /** With what was being written before. */
  const [editing, setEditing] = useState<{ message: Message; draft: string }>();
  const names = useNames();
  const [to, setTo] = useState<{ user: string; name: string }>();
  const [choosing, setChoosing] = useState(false);

  const until = view.quietUntil ?? 0;
  const now = useNow(until > Date.now() ? until : undefined);
  const may = speaking(view, now);
  const left = maxCharacters - charactersOf(text);
  const ready = text.trim() !== "" && left >= 0 && (may.kind === "free" || (may.kind === "wait" && editing !== undefined));

  const write = (next: string) => {
    setText(next);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(next.length, next.length);
    });
  };
  useImperativeHandle(does, () => ({
    reply(message) {
      if (message.author === undefined) return;
      const { user } = message.author;
      const name = names.of(message.author);
      setTo({ user, name });
      write(text.startsWith(`@${name} `) ? text : `@${name} ${text}`);
    },
    edit(message) {
      setEditing({ message, draft: editing?.draft ?? text });
      write(message.text);
    },
    focus: () => (field.current ?? place.current)?.focus(),
  }));
  useGrow(field, text);
  const place = useRef<HTMLElement>(null);
  const hadFocus = useRef(false);
  const isClosed = may.kind === "closed";
  // Where the field goes and comes back, the focus that was in it does too.
  useLayoutEffect(() => {
    if (hadFocus.current) (isClosed ? place.current : field.current)?.focus();
  }, [isClosed]);
  const keepFocus = {
    onFocus: () => {
      hadFocus.current = true;
    },
    onBlur: () => {
      hadFocus.current = false;
    },
  };

  const submit = async () => {
    if (!ready) return;
    const said = text.trim();
    if (editing !== undefined) {
      if (await onEdit(editing.message, said)) stopEditing();
      return;
    }
    // Somebody who was taken out of the text again is not meant.
    room.send(to !== undefined && said.includes(`@${to.name}`) ? { text: said, mentions: [to.user] } : said);
    setText("");
    setTo(undefined);
    field.current?.focus();
  };
  const stopEditing = () => {
    setEditing(undefined);
    write(editing?.draft ?? "");
  };
  const handleKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While a syllable is being composed Enter belongs to the input method; Safari tells by the 229 alone.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void submit();
    }
    if (event.key === "Escape" && editing !== undefined) stopEditing();
  };
  const insert = (one: string) => {
    const { selectionStart = text.length, selectionEnd = text.length } = field.current ?? {};
    setText(text.slice(0, selectionStart) + one + text.slice(selectionEnd));
    requestAnimationFrame(() => field.current?.setSelectionRange(selectionStart + one.length, selectionStart + one.length));
  };

  if (may.kind === "closed") {
    const why = {
      ended: words.closedEnded,
      scheduled: words.closedScheduled,
      members: words.closedMembers,
      frozen: words.closedFrozen,
      left: words.closedLeft,
    }[may.why];
    return (
      <p id={id} ref={place as Ref<HTMLParagraphElement>} className="chat-closed" tabIndex={-1} {...keepFocus}>
        {why}
      </p>
    );
  }
  const waits = may.kind === "wait" && editing === undefined ? words.sendIn(span(may.until - now, language)) : undefined;
  const slow = view.settings.slowModeMs > 0 && !isStaff(view.role);
  return (
    <form
      className="chat-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {editing !== undefined && (
        <div className="chat-composer-about">
          <span>{words.editing}</span>
          <Button look="quiet" onClick={stopEditing}>
            {words.cancel}
          </Button>
        </div>
      )}
      {choosing && (
        <fieldset className="chat-emoji">
          <legend className="chat-unseen">{words.emoji}</legend>
          {emoji.map((one) => (
            <button key={one} type="button" aria-label={words.emojiInsert(one)} onClick={() => insert(one)}>
              {one}
            </button>
          ))}
        </fieldset>
      )}
      <div className="chat-composer-row">
        <div className="chat-field">
          <textarea
            ref={field}
            id={id}
            rows={1}
            value={text}
            placeholder={editing === undefined ? words.write : words.writeEdit}
            aria-label={editing === undefined ? words.write : words.writeEdit}
            aria-describedby={hint}
            aria-invalid={left < 0}
            enterKeyHint="send"
            autoComplete="off"
            onChange={(event) => {
              setText(event.target.value);
              if (event.target.value !== "" && editing === undefined) room.typing();
            }}
            onKeyDown={handleKey}
            {...keepFocus}
          />
          <IconButton
            name={words.emoji}
            icon="smile"
            aria-expanded={choosing}
            className="chat-emoji-button"
            onClick={() => setChoosing(!choosing)}
          />
        </div>
        <button
          type="submit"
          className={`chat-send${waits === undefined ? "" : " chat-send-waits"}`}
          aria-label={waits ?? (editing === undefined ? words.send : words.save)}
          // Not `disabled`: it keeps the focus, and says for how long one waits.
          aria-disabled={!ready}
        >
          {waits === undefined ? (
            <Icon name={editing === undefined ? "send" : "check"} />
          ) : (
            <span>{span(may.kind === "wait" ? may.until - now : 0, language)}</span>
          )}
        </button>
      </div>
      <p id={hint} className={`chat-hint${left < 0 ? " chat-hint-problem" : ""}`}>
        {hintWords({ left, slowModeMs: slow ? view.settings.slowModeMs : 0, typing: view.typing, names, words, language })}
      </p>
    </form>
  );
}

/** One line below the field: what one needs most. */
function hintWords(about: {
  left: number;
  slowModeMs: number;
  typing: readonly string[];
  names: Names;
  words: ChatWords;
  language: string;
}): string {
  const { left, slowModeMs, typing, names, words, language } = about;
  const [only] = typing;
  if (left < 0) return words.tooLong(plain(-left, language));
  if (left <= nearEnd) return words.charactersLeft(plain(left, language));
  if (only !== undefined)
    return typing.length === 1 ? words.typingOne(names.ofUser(only)) : words.typingSome(plain(typing.length, language));
  return slowModeMs > 0 ? words.slow(span(slowModeMs, language)) : "";
}

/** As high as its text, up to what the style allows, also where browsers do not do it by themselves. */
function useGrow(field: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useEffect(() => {
    const element = field.current;
    if (element === null || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
}
