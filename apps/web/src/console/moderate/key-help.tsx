/** Which key does what. */
import { useEffect, useRef } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { keyNames } from "./keys.ts";

export function KeyHelp({ close }: { readonly close: () => void }) {
  const words = useWords(consoleWords);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="console-dialog" aria-labelledby="console-keys" onClose={close}>
      <h2 id="console-keys">{words.keys}</h2>
      <dl className="console-keys">
        {keyNames.map(([key, name]) => (
          <div key={key}>
            <dt>
              <kbd>{name}</kbd>
            </dt>
            <dd>{words[`key_${key}`]}</dd>
          </div>
        ))}
      </dl>
      <p className="console-quiet">{words.keysHint}</p>
      <div className="console-buttons">
        <button type="button" className="console-button" onClick={() => dialog.current?.close()}>
          {words.close}
        </button>
      </div>
    </dialog>
  );
}
