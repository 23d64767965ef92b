/** What an operator does: asked back first, done once, and its outcome told. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { Modal } from "../modal.tsx";
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

export function useDeeds(): { readonly ask: (deed: Deed) => void; readonly shown: ReactNode } {
  const words = useWords(operateWords);
  const [deed, setDeed] = useState<Deed>();
  const [running, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // What was pressed may soon be gone with what it did.
    if (outcome !== undefined) place.current?.focus();
  }, [outcome]);
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
        <p
          ref={place}
          className={outcome?.good === false ? "operate-outcome console-problem" : "operate-outcome"}
          role="status"
          tabIndex={-1}
        >
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
  return (
    <Modal title={title} close={close}>
      <p>{about}</p>
      <div className="console-buttons">
        <button type="button" className="console-button console-button-main" disabled={running} onClick={confirm}>
          {verb}
        </button>
        <button type="button" className="console-button" onClick={close}>
          {words.cancel}
        </button>
      </div>
    </Modal>
  );
}
