/** The heart: a tap sends one, holding it sends more, and others can be chosen. */
import type { Room, RoomView } from "@madang/client";
import { useEffect, useRef, useState } from "react";
import { Menu } from "../look/controls.tsx";
import { Icon } from "../look/icons.tsx";
import { chatWords } from "../words/chat.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { compact, plain } from "./format.ts";

export const heartKinds = ["❤️", "👏", "🔥", "😂", "🎉"] as const;
/** While it is held: well below what a room counts of one user (20 a second). */
const holdEveryMs = 140;

export function HeartButton({
  room,
  total,
  disabled,
  onHeart,
}: {
  room: Room;
  total: number;
  disabled: boolean;
  onHeart: (kind: string) => void;
}) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const [anchor, setAnchor] = useState<Element>();
  const holding = useRef<ReturnType<typeof setInterval>>(undefined);
  const give = (kind: string) => {
    room.heart(kind);
    onHeart(kind);
  };
  const release = () => clearInterval(holding.current);
  // Also when the broadcast ends under one's finger, or another window comes before this one: no pointer is lifted here then.
  useEffect(() => {
    const end = () => clearInterval(holding.current);
    addEventListener("blur", end);
    return () => {
      removeEventListener("blur", end);
      end();
    };
  }, [disabled]);

  return (
    <div className="chat-heart">
      <button
        type="button"
        className="chat-heart-button"
        disabled={disabled}
        aria-label={words.heart}
        onClick={() => give(heartKinds[0])}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          release();
          // The first comes with the click.
          holding.current = setInterval(() => give(heartKinds[0]), holdEveryMs);
        }}
        onPointerUp={release}
        onPointerLeave={release}
        onPointerCancel={release}
        onContextMenu={(event) => event.preventDefault()}
      >
        <Icon name="heart" filled />
      </button>
      <button
        type="button"
        className="chat-heart-count"
        disabled={disabled}
        aria-haspopup="menu"
        aria-expanded={anchor !== undefined}
        title={words.hearts(plain(total, language))}
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      >
        {compact(total, language)}
        <span className="chat-unseen">{`. ${words.heartKinds}`}</span>
        <Icon name="chevron" />
      </button>
      {anchor !== undefined && (
        <Menu
          name={words.heartKinds}
          anchor={anchor}
          onClose={() => setAnchor(undefined)}
          items={heartKinds.map((kind) => ({ key: kind, words: words.heartOf(kind), act: () => give(kind) }))}
        />
      )}
    </div>
  );
}

/** All kinds together, with one's own that are not acknowledged yet. */
export function heartsOf(counters: RoomView["counters"], pending: number): number {
  return Object.values(counters?.hearts ?? {}).reduce((sum, count) => sum + count, pending);
}
