/** What a screen reader is told: what one did, at once, and how many comments came, now and then. */
import type { Message, RoomView } from "@madang/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { chatWords } from "../words/chat.ts";
import { useNames } from "../words/names.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { plain } from "./format.ts";

/** A summary is said at most so often. */
const summaryEveryMs = 10_000;

/** The words to say, and how to say some. */
export function useAnnouncements(view: RoomView, summaries: boolean): { said: string; say: (words: string) => void } {
  const words = useWords(chatWords);
  const language = useLanguage();
  const [said, setSaid] = useState("");
  const say = useCallback((text: string) => setSaid((former) => (former === text ? `${text}\u00a0` : text)), []);

  const entries = useRef(view.entries);
  entries.current = view.entries;
  const names = useNames();
  const texts = useRef({ words, language, names });
  texts.current = { words, language, names };
  useEffect(() => {
    if (!summaries) return;
    let seen = newestOf(entries.current);
    const timer = setInterval(() => {
      const fresh = entries.current.filter(
        (entry): entry is Message =>
          entry.kind === "message" && !entry.mine && !entry.deleted && entry.offset !== undefined && entry.offset > seen,
      );
      seen = newestOf(entries.current);
      const [only] = fresh;
      if (only === undefined || document.hidden) return;
      const { words, language, names } = texts.current;
      const name = only.author === undefined ? words.host : names.of(only.author);
      // One alone is worth reading; of many the number is.
      say(fresh.length === 1 ? `${name}: ${only.text}` : words.announced(plain(fresh.length, language)));
    }, summaryEveryMs);
    return () => clearInterval(timer);
  }, [summaries, say]);

  useOwnRefusals(view, say);
  return { said, say };
}

/** One's own comment that was declined is said once. */
function useOwnRefusals({ entries }: RoomView, say: (words: string) => void): void {
  const words = useWords(chatWords);
  const told = useRef(new Set<string>());
  useEffect(() => {
    for (let at = entries.length - 1; at >= 0; at--) {
      const entry = entries[at];
      // One's own that are not in the room yet are at the end.
      if (entry?.kind !== "message" || entry.offset !== undefined) break;
      if ((entry.state.kind !== "refused" && entry.state.kind !== "failed") || told.current.has(entry.key)) continue;
      told.current.add(entry.key);
      say(words.notSent);
    }
  }, [entries, say, words]);
}

function newestOf(entries: RoomView["entries"]): number {
  const last = entries.findLast((entry) => entry.kind === "message" && entry.offset !== undefined);
  return last?.kind === "message" ? (last.offset ?? 0) : 0;
}

export function Announcer({ said }: { said: string }) {
  return (
    <div className="chat-unseen" role="status" aria-live="polite">
      {said}
    </div>
  );
}
