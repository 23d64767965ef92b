/** What every list of the moderator's page has: its name, what it is for, how it stands, and more of it. */
import type { ReactNode } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import type { List } from "./lists.ts";
import { problemWords } from "./titles.ts";

export function ListFrame<T>({
  name,
  about,
  empty,
  list,
  tools,
  children,
}: {
  readonly name: string;
  readonly about: string;
  readonly empty: string;
  readonly list: List<T>;
  readonly tools?: ReactNode;
  readonly children: (entry: T) => ReactNode;
}) {
  const words = useWords(consoleWords);
  return (
    <section className="console-panel" aria-label={name}>
      <header className="console-panel-head">
        <h2>{name}</h2>
        <p className="console-quiet">{about}</p>
        {tools}
      </header>
      {list.problem !== undefined && (
        <p className="console-problem" role="alert">
          {problemWords(words, list.problem)}{" "}
          <button type="button" className="console-link" onClick={list.reload}>
            {words.tryAgain}
          </button>
        </p>
      )}
      {list.state === "loading" && <p className="console-empty">{words.loading}</p>}
      {list.state === "ready" && list.entries.length === 0 && <p className="console-empty">{empty}</p>}
      <ul className="console-cards">{list.entries.map(children)}</ul>
      {list.more && (
        <button type="button" className="console-button" onClick={list.readMore}>
          {words.more}
        </button>
      )}
    </section>
  );
}
