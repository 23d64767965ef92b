/** What one did last, whether it was done, and how it is taken back. Failures stay until they are dealt with. */
import { useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { canBeUndone, type Deed } from "./desk.ts";
import { useDeeds, useDesk } from "./desk-context.tsx";
import { problemWords, titleOf } from "./titles.ts";

const failuresShown = 3;

export function DeedsLine() {
  const words = useWords(consoleWords);
  const deeds = useDeeds();
  const [dealtWith, setDealtWith] = useState<ReadonlySet<number>>(new Set());
  const failed = deeds.filter(({ id, state }) => state.kind === "failed" && !dealtWith.has(id)).slice(0, failuresShown);
  const last = deeds.find(({ state }) => state.kind !== "failed" && state.kind !== "undone");
  return (
    <div className="console-deeds">
      <div role="alert">
        {failed.map((deed) => (
          <Line key={deed.id} deed={deed} dismiss={() => setDealtWith(new Set([...dealtWith, deed.id]))} />
        ))}
      </div>
      <div role="status">{last === undefined ? <p className="console-quiet">{words.nothingDone}</p> : <Line deed={last} />}</div>
    </div>
  );
}

function Line({ deed, dismiss }: { readonly deed: Deed; readonly dismiss?: () => void }) {
  const words = useWords(consoleWords);
  const { desk } = useDesk();
  const { id, act, state } = deed;
  const title = titleOf(words, act);
  return (
    <p className={state.kind === "failed" ? "console-deed console-deed-failed" : "console-deed"} data-deed={state.kind}>
      <span className="console-breaks">
        {state.kind === "failed" && words.didNot(title, problemWords(words, state.problem))}
        {state.kind === "pending" && words.doing(title)}
        {state.kind === "done" && words.did(title)}
      </span>
      {state.kind === "failed" && (
        <button type="button" className="console-button" onClick={() => void desk.again(id)}>
          {words.tryAgain}
        </button>
      )}
      {dismiss !== undefined && (
        <button type="button" className="console-button" onClick={dismiss}>
          {words.leaveIt}
        </button>
      )}
      {canBeUndone(deed) && (
        <button type="button" className="console-button" onClick={() => void desk.undo(id)}>
          {words.undo} <kbd>z</kbd>
        </button>
      )}
    </p>
  );
}
