/** How a banned word is found, and what is done with what holds it. */
import type { WordAction, WordRule } from "@madang/contracts";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";

type Match = WordRule["match"];
const matches = ["word", "substring"] as const satisfies readonly Match[];
const actions = ["reject", "hold", "mask"] as const satisfies readonly WordAction[];

interface ChoiceProps<T> {
  readonly value: T;
  readonly set: (value: T) => void;
  /** Its name is for those who do not see where it stands. */
  readonly nameHidden?: boolean;
}

export function MatchChoice(props: ChoiceProps<Match>) {
  const words = useWords(consoleWords);
  return <Choice {...props} name={words.match} options={matches} words={(one) => words[`match_${one}`]} />;
}

export function ActionChoice(props: ChoiceProps<WordAction>) {
  const words = useWords(consoleWords);
  return <Choice {...props} name={words.action} options={actions} words={(one) => words[`action_${one}`]} />;
}

function Choice<T extends string>({
  name,
  nameHidden = false,
  options,
  value,
  set,
  words,
}: ChoiceProps<T> & { readonly name: string; readonly options: readonly T[]; readonly words: (option: T) => string }) {
  return (
    <label className="console-field">
      <span className={nameHidden ? "console-hidden" : ""}>{name}</span>
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
