// What holds for any text and any rules. SEED=… repeats a life, ROUNDS=… lives more.
import type { WordList } from "@madang/contracts";
import { type Random, seeded } from "@madang/devkit";
import { expect, test } from "vitest";
import { banned, evasions, heldOut } from "./evasions.ts";
import { Words } from "./words.ts";

const seed = Number(process.env.SEED ?? 20_261_126);
const rounds = Number(process.env.ROUNDS ?? 2_000);
const written = Object.values({ ...evasions, ...heldOut }).flat();
const pieces = [
  ..."aAbfuckß시발보ㅅㅏ\u1109\u1175\u11af\u0301\u0336\u200b\u202e\u202c\u3164か\u3099İſǅﬃΣ1@$ .\n*🇰🇷👩\u200d👧",
  "\ud800",
  "\udc00",
];

function anyText(random: Random): string {
  return Array.from({ length: random.int(30) }, () => {
    const kind = random.int(6);
    if (kind === 0) return String.fromCharCode(random.int(0x10000));
    return kind === 1 ? random.pick(written) : random.pick(pieces);
  }).join("");
}

function anyList(random: Random): WordList {
  const texts = Array.from({ length: random.int(6) }, () => anyText(random).slice(0, 64)).filter((text) => text !== "");
  return {
    v: 1,
    rules: texts.map((pattern) => ({ pattern, match: random.pick(["word", "substring"]), action: "mask" })),
    allow: texts.slice(0, random.int(2)).map((text) => text.slice(0, 2)),
  };
}

test("nothing throws, ranges lie within the text, and what is outside of them stays as it is", () => {
  const random = seeded(seed);
  for (let round = 0; round < rounds; round++) {
    const words = new Words([banned, anyList(random)]);
    // An asterisk of the text could not be told from those of the mask.
    const text = anyText(random).replaceAll("*", "^");
    const matches = words.find(text);
    for (const { start, end } of matches) {
      expect(start, `seed ${seed}, round ${round}`).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThan(start);
      expect(end).toBeLessThanOrEqual(text.length);
    }
    const verdict = words.judge(text);
    expect(verdict.action).toBe(matches.length > 0 ? "mask" : undefined);
    if (verdict.action !== "mask") continue;
    // Every part outside of all matches is found again, in its order, with nothing but asterisks between.
    const isMasked = Array.from({ length: text.length }, (_, at) => matches.some(({ start, end }) => start <= at && at < end));
    let rest = verdict.masked;
    for (let at = 0; at < text.length; ) {
      let to = at;
      while (to < text.length && isMasked[to] === isMasked[at]) to++;
      const part = isMasked[at] ? /^\*+/.exec(rest)?.[0] : text.slice(at, to);
      expect(rest.startsWith(part ?? "an asterisk"), `seed ${seed}, round ${round}: ${JSON.stringify(text)}`).toBe(true);
      rest = rest.slice(part?.length);
      at = to;
    }
    expect(rest).toBe("");
  }
});

test("a text that is a rule's pattern is found by it", () => {
  const random = seeded(seed);
  for (let round = 0; round < rounds; round++) {
    const text = Array.from({ length: 1 + random.int(8) }, () => random.pick([..."abcß시발보악ㅅсηΣé1"])).join("");
    const words = new Words([{ v: 1, rules: [{ pattern: text, match: "word", action: "mask" }], allow: [] }]);
    expect(words.find(text), `seed ${seed}, round ${round}: ${text}`).toContainEqual(
      expect.objectContaining({ start: 0, end: text.length }),
    );
  }
});
