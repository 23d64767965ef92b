/** The operator's half of the console. */
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";

export default function Operate(_: { readonly token: string | undefined }) {
  const words = useWords(consoleWords);
  return (
    <section className="console-door">
      <h2>{words.half_operate}</h2>
      <p>{words.operateToCome}</p>
    </section>
  );
}
