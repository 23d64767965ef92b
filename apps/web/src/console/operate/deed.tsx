/** What an operator does: asked back first, done once, and its outcome told. */
import { useEffect, useId, useRef, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import type { Answer } from "./api.ts";
import { problemWords } from "./problem-words.ts";

export interface Deed {
  /** As a question. */
  readonly title: string;
  readonly about: string;
  /** On the button. */
  readonly verb: string;
  /** Does it; gives what came of it, in words. */
  readonly run: () => Promise<Answer<{ readonly good: boolean; readonly words: string }>>;
}

type Outcome = { readonly good: boolean; readonly words: string };

export function useDeeds(): { readonly ask: (deed: Deed) => void; readonly shown: React.ReactNode } {
  const words = useWords(operateWords);
  const [deed, setDeed] = useState<Deed>();
  const [running, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const perform = async ({ run }: Deed) => {
    setRunning(true);
    const answer = await run();
    setRunning(false);
    setDeed(undefined);
    setOutcome(answer.ok ? answer.value : { good: false, words: problemWords(words, answer.problem) });
  };
  return {
    ask: (one) => {
      setOutcome(undefined);
      setDeed(one);
    },
    shown: (
      <>
        <p className={outcome?.good === false ? "operate-outcome console-problem" : "operate-outcome"} role="status">
          {outcome?.words}
        </p>
        {deed !== undefined && (
          <Confirm deed={deed} running={running} close={() => setDeed(undefined)} confirm={() => void perform(deed)} />
        )}
      </>
    ),
  };
}

function Confirm({
  deed: { title, about, verb },
  running,
  close,
  confirm,
}: {
  readonly deed: Deed;
  readonly running: boolean;
  readonly close: () => void;
  readonly confirm: () => void;
}) {
  const words = useWords(consoleWords);
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="console-dialog" aria-labelledby={heading} onClose={close}>
      <div className="console-form">
        <h2 id={heading}>{title}</h2>
        <p>{about}</p>
        <div className="console-buttons">
          <button type="button" className="console-button console-button-main" disabled={running} onClick={confirm}>
            {verb}
          </button>
          <button type="button" className="console-button" onClick={() => dialog.current?.close()}>
            {words.cancel}
          </button>
        </div>
      </div>
    </dialog>
  );
}
