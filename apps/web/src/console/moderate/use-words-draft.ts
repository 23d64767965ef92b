/** A list of banned words while somebody changes it: what is saved, what would be, and what a trial run of it would have stopped. */
import type { Problem } from "@madang/client";
import type { WordRule } from "@madang/contracts";
import { useEffect, useState } from "react";
import type { Words } from "./acts.ts";
import { problemOf } from "./desk.ts";
import { useDesk } from "./desk-context.tsx";
import type { DryRunResult } from "./dry-run.tsx";

export const longestWord = 64;

/** A rule of the draft; `key` stays while its words are typed. */
export interface DraftRule extends WordRule {
  readonly key: number;
}
let made = 0;
const draftOf = (rule: WordRule): DraftRule => ({ ...rule, key: ++made });

export interface WordsDraft {
  readonly state: "loading" | "saved" | "changed";
  readonly rules: readonly DraftRule[];
  /** One a line. */
  readonly allow: string;
  /** None of its words is empty. */
  readonly complete: boolean;
  readonly saving: boolean;
  readonly problem: Problem | undefined;
  /** Somebody else has changed the list since it was read here. */
  readonly conflict: boolean;
  readonly trial: "running" | DryRunResult | undefined;
  /** `words`: one a line; those that are in the list already are left out. */
  add(words: string, as: Pick<WordRule, "match" | "action">): void;
  change(key: number, part: Partial<WordRule>): void;
  remove(key: number): void;
  setAllow(allow: string): void;
  tryOut(minutes: number): Promise<void>;
  save(): Promise<void>;
}

export function useWordsDraft(): WordsDraft {
  const { room, desk } = useDesk();
  const [saved, setSaved] = useState<Words>();
  const [rules, setRules] = useState<readonly DraftRule[]>([]);
  const [allow, setAllow] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const [trial, setTrial] = useState<"running" | DryRunResult>();
  const [saving, setSaving] = useState(false);
  const [conflict, setConflict] = useState(false);

  useEffect(() => {
    let here = true;
    room.moderate
      .words()
      .then(({ rules, allow }) => {
        if (!here) return;
        setSaved({ rules, allow });
        setRules(rules.map(draftOf));
        setAllow(allow.join("\n"));
      })
      .catch((error: unknown) => here && setProblem(problemOf(error)));
    return () => {
      here = false;
    };
  }, [room]);

  const draft: Words = { rules: rules.map(({ pattern, match, action }) => ({ pattern, match, action })), allow: wordsIn(allow) };
  const changed = JSON.stringify(draft) !== JSON.stringify(saved);
  /** A trial of another list says nothing of this one. */
  const become = (next: readonly DraftRule[]) => {
    setTrial(undefined);
    setRules(next);
  };

  return {
    state: saved === undefined ? "loading" : changed ? "changed" : "saved",
    rules,
    allow,
    complete: rules.every(({ pattern }) => pattern.trim() !== ""),
    saving,
    problem,
    conflict,
    trial,
    add(words, as) {
      const known = new Set(rules.map(({ pattern }) => pattern));
      const patterns = wordsIn(words).filter((pattern) => !known.has(pattern));
      become([...patterns.map((pattern) => draftOf({ pattern, ...as })), ...rules]);
    },
    change: (key, part) => become(rules.map((rule) => (rule.key === key ? { ...rule, ...part } : rule))),
    remove: (key) => become(rules.filter((rule) => rule.key !== key)),
    setAllow(next) {
      setTrial(undefined);
      setAllow(next);
    },
    async tryOut(minutes) {
      setTrial("running");
      setProblem(undefined);
      try {
        setTrial(await room.moderate.dryRun({ ...draft, minutes }));
      } catch (error) {
        setTrial(undefined);
        setProblem(problemOf(error));
      }
    },
    async save() {
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
    },
  };
}

/** One a line, each once, without those that are too long for a rule. */
export function wordsIn(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== "" && line.length <= longestWord))];
}
