/** Takes a connection token that somebody pastes, and begins anew with it. */
import { type ReactNode, useState } from "react";
import { consoleWords } from "../words/console.ts";
import { useWords } from "../words/words.ts";
import { claimsOf } from "./token.ts";

/** `children`: what else may be done. */
export function TokenForm({ children }: { readonly children?: ReactNode }) {
  const words = useWords(consoleWords);
  const [typed, setTyped] = useState("");
  const pasted = typed.trim();
  const wrong = pasted !== "" && claimsOf(pasted) === undefined;
  return (
    <form
      className="console-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (wrong || pasted === "") return;
        // As if it had come in the address: it is taken out of there before anything else happens.
        location.hash = `token=${encodeURIComponent(pasted)}`;
        location.reload();
      }}
    >
      <label className="console-field console-field-wide">
        <span>{words.token}</span>
        <textarea
          name="token"
          rows={3}
          value={typed}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={wrong}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      {wrong && <p className="console-problem">{words.noToken}</p>}
      <div className="console-buttons">
        <button type="submit" className="console-button console-button-main" disabled={wrong || pasted === ""}>
          {words.signIn}
        </button>
        {children}
      </div>
    </form>
  );
}
