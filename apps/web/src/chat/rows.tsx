/** How each kind of entry looks. All of what others wrote is text. */
import type { Gap, Gift, Message, Notice, Person, Role, Skipped } from "@madang/client";
import { memo, type ReactNode, useState } from "react";
import { Button, IconButton } from "../look/controls.tsx";
import { Icon } from "../look/icons.tsx";
import { chatWords } from "../words/chat.ts";
import { useNames } from "../words/names.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { clock, isLong, money, plain, span } from "./format.ts";
import { giver, saidWith } from "./gifts.ts";
import { colourOf, initialOf } from "./names.ts";
import { problemWords } from "./problem-words.ts";
import { useNow } from "./use-now.ts";

export interface MessageActions {
  /** One's own in the room: of others it is not known. */
  readonly role?: Role;
  readonly onMenu?: (message: Message, anchor: HTMLElement) => void;
  readonly onRetry?: (key: string) => void;
  readonly onDiscard?: (key: string) => void;
}

export function Name({ person, mine = false, role }: { person: Person | undefined; mine?: boolean; role?: Role | undefined }) {
  const words = useWords(chatWords);
  const names = useNames();
  if (person === undefined) return <span className="chat-name chat-name-host">{words.host}</span>;
  return (
    <span
      className={`chat-name chat-name-${colourOf(person.user)}`}
      title={person.name === person.user ? undefined : person.user}
    >
      <bdi>{names.of(person)}</bdi>
      {mine && (
        <span className="chat-you">
          {role === "owner" ? words.youOwner : role === "moderator" ? words.youModerator : words.you}
        </span>
      )}
    </span>
  );
}

export function Face({ person }: { person: Person | undefined }) {
  return (
    <span
      className={`chat-face ${person === undefined ? "chat-name-host" : `chat-name-${colourOf(person.user)}`}`}
      aria-hidden="true"
    >
      {person === undefined ? <Icon name="heart" filled /> : initialOf(person)}
    </span>
  );
}

export const MessageRow = memo(function MessageRow({ message, actions }: { message: Message; actions: MessageActions }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const { author, at, state, mine, mentionsMe, deleted } = message;
  const names = useNames();
  const [whole, setWhole] = useState(false);
  const folded = !whole && isLong(message.text);
  const name = author === undefined ? words.host : names.of(author);
  if (deleted) {
    return (
      <div className="chat-message chat-taken">
        <span className="chat-face" aria-hidden="true" />
        <p className="chat-line">{words.taken}</p>
      </div>
    );
  }
  return (
    <div className={`chat-message${mine ? " chat-mine" : ""}${mentionsMe ? " chat-mention" : ""} chat-is-${state.kind}`}>
      <Face person={author} />
      <div className="chat-said">
        <p className={`chat-line${folded ? " chat-line-folded" : ""}`}>
          <Name person={author} mine={mine} role={actions.role} /> <span className="chat-text">{message.text}</span>
          {message.masked && <span className="chat-mark">{words.masked}</span>}
          {message.edited && <span className="chat-mark">{words.edited}</span>}
        </p>
        {folded && (
          <Button
            look="quiet"
            className="chat-whole"
            onClick={(event) => {
              // The button goes; its comment keeps the focus.
              event.currentTarget.closest<HTMLElement>("[tabindex]")?.focus();
              setWhole(true);
            }}
          >
            {words.wholeText}
          </Button>
        )}
        <MessageState message={message} actions={actions} />
      </div>
      {state.kind === "sent" && (
        <div className="chat-aside">
          <time dateTime={new Date(at).toISOString()}>{clock(at, language)}</time>
          {actions.onMenu && (
            <IconButton
              name={words.more(name)}
              icon="more"
              tabIndex={-1}
              aria-haspopup="menu"
              onClick={(event) => actions.onMenu?.(message, event.currentTarget)}
            />
          )}
        </div>
      )}
    </div>
  );
});

/** What became of one's own message, and what one can do. */
function MessageState({ message: { key, state }, actions }: { message: Message; actions: MessageActions }): ReactNode {
  const words = useWords(chatWords);
  const language = useLanguage();
  const retryAt = state.kind === "refused" ? state.problem.retryAt : undefined;
  const now = useNow(retryAt);
  switch (state.kind) {
    case "sent":
      return null;
    case "sending":
      return <p className="chat-state">{words.sending}</p>;
    case "held":
      return <p className="chat-state">{words.held}</p>;
    case "refused":
    case "failed": {
      const waits = retryAt !== undefined && retryAt > now;
      return (
        <div className="chat-state chat-state-problem">
          <p>{problemWords(state.problem, words)}</p>
          <div className="chat-state-actions">
            <Button
              look="plain"
              disabled={waits}
              onClick={({ currentTarget }) => {
                focusFeed(currentTarget);
                actions.onRetry?.(key);
              }}
            >
              {waits ? words.retryIn(span(retryAt - now, language)) : words.retry}
            </Button>
            <Button
              look="quiet"
              onClick={({ currentTarget }) => {
                focusFeed(currentTarget);
                actions.onDiscard?.(key);
              }}
            >
              {words.discard}
            </Button>
          </div>
        </div>
      );
    }
    default:
      return state satisfies never;
  }
}

/** A button that goes with what it does leaves the focus to the comments. Not to the field: on a phone a keyboard would come. */
export function focusFeed(button: Element): void {
  button.closest(".chat-panel")?.querySelector<HTMLElement>("[role=feed]")?.focus({ preventScroll: true });
}

export const GiftRow = memo(function GiftRow({ gift }: { gift: Gift }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const names = useNames();
  const said = saidWith(gift);
  return (
    <div className="chat-gift">
      <span className="chat-gift-icon">
        <Icon name="gift" />
      </span>
      <div>
        <p className="chat-gift-sum">{words.gift(giver(gift, names), money(gift.amount, gift.currency, language))}</p>
        {said !== "" && <p className="chat-text">{said}</p>}
      </div>
      <time dateTime={new Date(gift.at).toISOString()}>{clock(gift.at, language)}</time>
    </div>
  );
});

export const NoticeRow = memo(function NoticeRow({ words, at }: { words: string; at: Notice["at"] }) {
  const language = useLanguage();
  return (
    <p className="chat-notice">
      <span>{words}</span> <time dateTime={new Date(at).toISOString()}>{clock(at, language)}</time>
    </p>
  );
});

export const SkippedRow = memo(function SkippedRow({ skipped }: { skipped: Skipped }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  return (
    <p className="chat-notice chat-skipped">
      <span>{words.skipped(plain(skipped.count, language))}</span>
    </p>
  );
});

export const GapRow = memo(function GapRow({ gap, onFill }: { gap: Gap; onFill: (gap: Gap) => void }) {
  const words = useWords(chatWords);
  return (
    <div className="chat-gap">
      <p>{words.gap}</p>
      <Button
        look="plain"
        disabled={gap.filling}
        onClick={({ currentTarget }) => {
          focusFeed(currentTarget);
          onFill(gap);
        }}
      >
        {gap.filling ? words.gapLoading : words.gapLoad}
      </Button>
    </div>
  );
});
