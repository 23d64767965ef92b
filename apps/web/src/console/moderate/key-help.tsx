/** Which key does what. */
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { Modal } from "../modal.tsx";
import { keyNames } from "./keys.ts";

export function KeyHelp({ close }: { readonly close: () => void }) {
  const words = useWords(consoleWords);
  return (
    <Modal title={words.keys} close={close}>
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
        <button type="button" className="console-button" onClick={close}>
          {words.close}
        </button>
      </div>
    </Modal>
  );
}
