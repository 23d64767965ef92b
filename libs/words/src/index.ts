export { type Match, type Verdict, Words } from "./words.ts";
