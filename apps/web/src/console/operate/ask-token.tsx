/** For those whom the gateway does not let operate: why, and what to do about it. */
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { TokenForm } from "../token-form.tsx";
import type { Problem } from "./api.ts";
import { problemWords } from "./problem-words.ts";

export function AskToken({ problem, signedIn }: { readonly problem: Problem; readonly signedIn: boolean }) {
  const words = useWords(operateWords);
  return (
    <section className="console-door">
      <h2>{words.notLetIn}</h2>
      <p role="alert">{signedIn ? problemWords(words, problem) : words.visitorsMayNot}</p>
      <p>{words.howToGetIn}</p>
      <TokenForm />
      <p className="console-quiet">{words.tokenHint}</p>
    </section>
  );
}
