import type { OperateWords } from "../../words/operate.ts";
import type { Problem } from "./api.ts";

export function problemWords(words: OperateWords, problem: Problem): string {
  switch (problem.kind) {
    case "token":
      return problem.expired ? words.tokenExpired : words.tokenBad;
    case "not-operator":
      return words.notOperator;
    case "gone":
      return words.gone;
    case "refused":
      return words.refused(problem.status, problem.message);
    case "away":
      return words.away;
    default:
      return problem satisfies never;
  }
}
