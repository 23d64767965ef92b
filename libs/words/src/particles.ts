import { keysOf } from "./hangul.ts";

/**
 * What may follow a noun without a space and leaves it the same word: particles, the copula, and plural or address before them. In
 * keys, so that 바본 (바보는) and 바본데 are found as well. Short on purpose: 시발 is followed by 점 in an honest word.
 */
const particles =
  "은 는 이 가 을 를 의 에 에서 에게 에게서 께 한테 와 과 랑 이랑 하고 도 만 까지 부터 조차 마저 밖에 으로 로 처럼 같이 같은 보다 " +
  "라고 이라고 라는 이라는 라면 이라면 아 야 이야 여 이여 다 이다 인 인데 인가 이냐 냐 네 이네 지 이지 죠 이죠 요 이요 예요 이에요 에요 입니다 " +
  "임 였다 이었다 인지 일 나 이나 든지 이든지 씨 님 라서 이라서 네요 이네요 군 이군 구나 이구나 잖아 이잖아 " +
  "거든 이거든 니까 이니까 니 이니 라니 이라니 라니까 이라니까 래 이래 란 이란 ㄴ ㄴ데 ㄴ가 ㄴ지";
const keyed = (text: string) => [...text].flatMap((character) => keysOf(character.codePointAt(0) ?? 0) ?? []);
const spelling = (keys: readonly number[]) => String.fromCharCode(...keys);
const spellings: ReadonlySet<string> = new Set(
  ["", "들", "새끼"].flatMap((before) => ["", ...particles.split(" ")].map((particle) => spelling(keyed(before + particle)))),
);

/** In keys. What goes on for longer is no particle. */
export const longestParticle = Math.max(...[...spellings].map(({ length }) => length));
/** Of keys; none at all is an end as well. */
export const isParticle = (keys: readonly number[]) => spellings.has(spelling(keys));
