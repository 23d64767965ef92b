/** The room's own list of banned words, with a trial run over what was said: what would it have stopped? */
import type { WordAction, WordRule } from "@madang/contracts";
import { useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { DryRun } from "./dry-run.tsx";
import { problemWords } from "./titles.ts";
import { longestWord, useWordsDraft, type WordsDraft, wordsIn } from "./use-words-draft.ts";
import { ActionChoice, MatchChoice } from "./word-choices.tsx";

const trialMinutes = [10, 60] as const;

export function WordsPanel() {
  const words = useWords(consoleWords);
  const draft = useWordsDraft();
  const { state, rules, allow, problem, conflict, trial } = draft;
  return (
    <section className="console-panel" aria-label={words.tab_words}>
      <header className="console-panel-head">
        <h2>{words.tab_words}</h2>
        <p className="console-quiet">{words.wordsAbout}</p>
      </header>
      {problem !== undefined && (
        <p className="console-problem" role="alert">
          {problemWords(words, problem)}
        </p>
      )}
      <AddWords add={draft.add} />
      {state === "loading" && problem === undefined && <p className="console-empty">{words.loading}</p>}
      {state !== "loading" && rules.length === 0 && <p className="console-empty">{words.wordsEmpty}</p>}
      <Rules draft={draft} />
      <label className="console-field console-field-wide">
        <span>{words.allowed}</span>
        <textarea rows={3} value={allow} onChange={(event) => draft.setAllow(event.target.value)} />
      </label>
      <div className="console-save">
        {trialMinutes.map((minutes) => (
          <button
            key={minutes}
            type="button"
            className="console-button"
            disabled={state === "loading" || trial === "running"}
            onClick={() => void draft.tryOut(minutes)}
          >
            {words.tryOut(minutes)}
          </button>
        ))}
        <button
          type="button"
          className="console-button console-button-main"
          disabled={state !== "changed" || draft.saving || !draft.complete}
          onClick={() => void draft.save()}
        >
          {words.saveWords}
        </button>
      </div>
      {conflict && (
        <p className="console-problem" role="alert">
          {words.wordsConflict}
        </p>
      )}
      {trial === "running" && <p aria-live="polite">{words.running}</p>}
      {trial !== undefined && trial !== "running" && <DryRun result={trial} />}
    </section>
  );
}

function AddWords({ add }: { readonly add: WordsDraft["add"] }) {
  const words = useWords(consoleWords);
  const [typed, setTyped] = useState("");
  const [match, setMatch] = useState<WordRule["match"]>("word");
  const [action, setAction] = useState<WordAction>("hold");
  return (
    <form
      className="console-inline"
      onSubmit={(event) => {
        event.preventDefault();
        add(typed, { match, action });
        setTyped("");
      }}
    >
      <label className="console-field console-field-wide">
        <span>{words.newWords}</span>
        <textarea rows={2} value={typed} onChange={(event) => setTyped(event.target.value)} />
      </label>
      <MatchChoice value={match} set={setMatch} />
      <ActionChoice value={action} set={setAction} />
      <button type="submit" className="console-button" disabled={wordsIn(typed).length === 0}>
        {words.add}
      </button>
    </form>
  );
}

function Rules({ draft: { rules, change, remove } }: { readonly draft: WordsDraft }) {
  const words = useWords(consoleWords);
  return (
    <ul className="console-rules">
      {rules.map(({ key, pattern, match, action }) => (
        <li key={key} className="console-rule">
          <input
            aria-label={words.word}
            value={pattern}
            maxLength={longestWord}
            onChange={(event) => change(key, { pattern: event.target.value })}
          />
          <MatchChoice nameHidden value={match} set={(one) => change(key, { match: one })} />
          <ActionChoice nameHidden value={action} set={(one) => change(key, { action: one })} />
          <button type="button" className="console-button" aria-label={words.remove(pattern)} onClick={() => remove(key)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
