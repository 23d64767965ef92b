/** The room's own list of banned words, with a trial run over what was said: what would it have stopped? */

import type { Problem } from "@madang/client";
import type { WordAction, WordRule } from "@madang/contracts";
import { useEffect, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import type { Words } from "./acts.ts";
import { problemOf } from "./desk.ts";
import { useDesk } from "./desk-context.tsx";
import { DryRun, type DryRunResult } from "./dry-run.tsx";
import { problemWords } from "./titles.ts";

const matches = ["word", "substring"] as const;
const actions = ["reject", "hold", "mask"] as const;
const longest = 64;
const minutes = [10, 60] as const;

/** A rule of the draft; `key` stays while its words are typed. */
interface Row extends WordRule {
  readonly key: number;
}
let made = 0;
const rowOf = (rule: WordRule): Row => ({ ...rule, key: ++made });

export function WordsPanel() {
  const words = useWords(consoleWords);
  const { room, desk } = useDesk();
  const [saved, setSaved] = useState<Words>();
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [allow, setAllow] = useState("");
  const [adding, setAdding] = useState("");
  const [match, setMatch] = useState<WordRule["match"]>("word");
  const [action, setAction] = useState<WordAction>("hold");
  const [problem, setProblem] = useState<Problem>();
  const [trial, setTrial] = useState<"running" | DryRunResult>();
  const [saving, setSaving] = useState(false);
  /** Somebody else has changed the list since it was read here. */
  const [conflict, setConflict] = useState(false);

  useEffect(() => {
    let here = true;
    room.moderate
      .words()
      .then(({ rules, allow }) => {
        if (!here) return;
        setSaved({ rules, allow });
        setRows(rules.map(rowOf));
        setAllow(allow.join("\n"));
      })
      .catch((error: unknown) => here && setProblem(problemOf(error)));
    return () => {
      here = false;
    };
  }, [room]);

  const draft: Words = { rules: rows.map(({ pattern, match, action }) => ({ pattern, match, action })), allow: lines(allow) };
  const changed = saved !== undefined && JSON.stringify(draft) !== JSON.stringify(saved);
  const change = (key: number, part: Partial<WordRule>) => {
    setTrial(undefined);
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  };
  const add = () => {
    const known = new Set(rows.map(({ pattern }) => pattern));
    const patterns = lines(adding).filter((pattern) => !known.has(pattern));
    setTrial(undefined);
    setRows([...patterns.map((pattern) => rowOf({ pattern, match, action })), ...rows]);
    setAdding("");
  };
  const tryOut = async (over: number) => {
    setTrial("running");
    setProblem(undefined);
    try {
      setTrial(await room.moderate.dryRun({ ...draft, minutes: over }));
    } catch (error) {
      setTrial(undefined);
      setProblem(problemOf(error));
    }
  };
  const save = async () => {
    if (saved === undefined) return;
    setSaving(true);
    setProblem(undefined);
    try {
      const now = await room.moderate.words();
      const changedMeanwhile = JSON.stringify(now) !== JSON.stringify(saved);
      setConflict(changedMeanwhile);
      if (changedMeanwhile) setSaved(now);
      else if (await desk.do({ verb: "words", words: draft, before: saved })) setSaved(draft);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setSaving(false);
    }
  };

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
      <form
        className="console-inline"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <label className="console-field console-field-wide">
          <span>{words.newWords}</span>
          <textarea rows={2} value={adding} onChange={(event) => setAdding(event.target.value)} />
        </label>
        <Choice name={words.match} options={matches} value={match} set={setMatch} words={(one) => words[`match_${one}`]} />
        <Choice name={words.action} options={actions} value={action} set={setAction} words={(one) => words[`action_${one}`]} />
        <button type="submit" className="console-button" disabled={lines(adding).length === 0}>
          {words.add}
        </button>
      </form>
      {saved === undefined && problem === undefined && <p className="console-empty">{words.loading}</p>}
      {saved !== undefined && rows.length === 0 && <p className="console-empty">{words.wordsEmpty}</p>}
      <ul className="console-rules">
        {rows.map(({ key, pattern, match, action }) => (
          <li key={key} className="console-rule">
            <input
              aria-label={words.word}
              value={pattern}
              maxLength={longest}
              onChange={(event) => change(key, { pattern: event.target.value })}
            />
            <Choice
              name={words.match}
              hidden
              options={matches}
              value={match}
              set={(one) => change(key, { match: one })}
              words={(one) => words[`match_${one}`]}
            />
            <Choice
              name={words.action}
              hidden
              options={actions}
              value={action}
              set={(one) => change(key, { action: one })}
              words={(one) => words[`action_${one}`]}
            />
            <button
              type="button"
              className="console-button"
              aria-label={words.remove(pattern)}
              onClick={() => {
                setTrial(undefined);
                setRows(rows.filter((row) => row.key !== key));
              }}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <label className="console-field console-field-wide">
        <span>{words.allowed}</span>
        <textarea
          rows={3}
          value={allow}
          onChange={(event) => {
            setTrial(undefined);
            setAllow(event.target.value);
          }}
        />
      </label>
      <div className="console-save">
        {minutes.map((over) => (
          <button
            key={over}
            type="button"
            className="console-button"
            disabled={saved === undefined || trial === "running"}
            onClick={() => void tryOut(over)}
          >
            {words.tryOut(over)}
          </button>
        ))}
        <button
          type="button"
          className="console-button console-button-main"
          disabled={!changed || saving || draft.rules.some(({ pattern }) => pattern.trim() === "")}
          onClick={() => void save()}
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

function Choice<T extends string>({
  name,
  hidden = false,
  options,
  value,
  set,
  words,
}: {
  readonly name: string;
  readonly hidden?: boolean;
  readonly options: readonly T[];
  readonly value: T;
  readonly set: (value: T) => void;
  readonly words: (option: T) => string;
}) {
  return (
    <label className="console-field">
      <span className={hidden ? "console-hidden" : ""}>{name}</span>
      <select value={value} onChange={(event) => set(event.target.value as T)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {words(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

const lines = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && line.length <= longest),
  ),
];
