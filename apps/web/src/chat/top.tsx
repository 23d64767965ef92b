/** What stands above the comments: pinned ones, and the latest gifts. */
import type { Entry, Gift, Message } from "@madang/client";
import { useId, useState } from "react";
import { IconButton } from "../look/controls.tsx";
import { Icon } from "../look/icons.tsx";
import { chatWords } from "../words/chat.ts";
import { useNames } from "../words/names.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { money, plain } from "./format.ts";
import { giver } from "./gifts.ts";
import { focusFeed, Name } from "./rows.tsx";
import { useNow } from "./use-now.ts";

export function Pinned({ pinned, onUnpin }: { pinned: readonly Message[]; onUnpin?: ((offset: number) => void) | undefined }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const id = useId();
  const [open, setOpen] = useState(true);
  const readable = pinned.filter(({ deleted }) => !deleted);
  if (readable.length === 0) return null;
  // Folded, the latest one still shows, in one line.
  const shown = open ? readable : readable.slice(-1);
  return (
    <section className={`chat-pinned${open ? "" : " chat-pinned-folded"}`} aria-label={words.pinned}>
      <ul id={id}>
        {shown.map((message) => (
          <li key={message.key}>
            <Icon name="pin" />
            <p className="chat-line">
              <Name person={message.author} /> <span className="chat-text">{message.text}</span>
            </p>
            {open && onUnpin !== undefined && message.offset !== undefined && (
              <IconButton
                name={words.unpin}
                icon="close"
                onClick={({ currentTarget }) => {
                  focusFeed(currentTarget);
                  onUnpin(message.offset ?? 0);
                }}
              />
            )}
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="chat-fold"
        aria-expanded={open}
        aria-controls={id}
        aria-label={open ? words.pinnedHide : words.pinnedShow}
        title={open ? words.pinnedHide : words.pinnedShow}
        onClick={() => setOpen(!open)}
      >
        {!open && readable.length > 1 && <span>{plain(readable.length, language)}</span>}
        <Icon name="chevron" />
      </button>
    </section>
  );
}

/** A gift stays at the top for a while. */
const giftForMs = 60_000;
const maxGifts = 5;

export function GiftStrip({ entries }: { entries: readonly Entry[] }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const names = useNames();
  const latest: Gift[] = [];
  for (let at = entries.length - 1; at >= 0 && at > entries.length - 400 && latest.length < maxGifts; at--) {
    const entry = entries[at];
    if (entry?.kind === "gift") latest.push(entry);
  }
  const now = useNow(latest[0] === undefined ? undefined : latest[0].at + giftForMs);
  const shown = latest.filter(({ at }) => at + giftForMs > now);
  if (shown.length === 0) return null;
  return (
    <ul className="chat-gifts" aria-label={words.gifts}>
      {shown.map((gift) => (
        <li key={gift.key}>
          <Icon name="gift" />
          <span className="chat-gifts-name">{giver(gift, names)}</span>
          <strong>{money(gift.amount, gift.currency, language)}</strong>
        </li>
      ))}
    </ul>
  );
}
