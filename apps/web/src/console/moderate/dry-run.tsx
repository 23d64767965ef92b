/** What a list would have stopped: how much, and examples with what was found in them. */
import type { WordAction } from "@madang/contracts";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { UserLink } from "./user-link.tsx";

export interface DryRunResult {
  readonly messages: number;
  readonly cut: boolean;
  readonly stopped: Readonly<Partial<Record<WordAction, number>>>;
  readonly found: readonly {
    readonly offset: number;
    readonly user: string;
    readonly action: WordAction;
    /** The beginning of what was said. */
    readonly text?: string;
    readonly matches: readonly { readonly pattern: string; readonly start: number; readonly end: number }[];
  }[];
}

export function DryRun({ result }: { readonly result: DryRunResult }) {
  const words = useWords(consoleWords);
  const { messages, cut, stopped, found } = result;
  const total = Object.values(stopped).reduce((sum, count) => sum + count, 0);
  return (
    <section className="console-dry-run" aria-live="polite">
      <h3>{words.wouldHave(total, messages)}</h3>
      <p className="console-quiet">
        {(["reject", "hold", "mask"] as const)
          .map((action) => `${words[`action_${action}`]}: ${stopped[action] ?? 0}`)
          .join(" · ")}
        {cut && ` · ${words.dryRunCut}`}
      </p>
      <ul className="console-said">
        {found.map(({ offset, user, action, text, matches }) => (
          <li key={offset}>
            <span className="console-tag console-tag-warn">{words[`action_${action}`]}</span>
            <UserLink user={user} />
            <span className="console-breaks">
              {text === undefined ? matches.map(({ pattern }) => pattern).join(", ") : <Marked text={text} matches={matches} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Marked({
  text,
  matches,
}: {
  readonly text: string;
  readonly matches: readonly { readonly start: number; readonly end: number }[];
}) {
  return marked(text, matches).map(({ part, found, at }) =>
    found ? <mark key={at}>{part}</mark> : <span key={at}>{part}</span>,
  );
}

/** The text in pieces, in its order. Ranges may overlap, and reach beyond its end. */
export function marked(
  text: string,
  ranges: readonly { readonly start: number; readonly end: number }[],
): { part: string; found: boolean; at: number }[] {
  const pieces: { part: string; found: boolean; at: number }[] = [];
  let done = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const from = Math.max(done, Math.min(start, text.length));
    const to = Math.min(end, text.length);
    if (to <= from) continue;
    if (from > done) pieces.push({ part: text.slice(done, from), found: false, at: done });
    pieces.push({ part: text.slice(from, to), found: true, at: from });
    done = to;
  }
  if (done < text.length) pieces.push({ part: text.slice(done), found: false, at: done });
  return pieces;
}
