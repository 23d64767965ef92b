import { type Person, shortName } from "@madang/client";
import { defineWords, type Language, useLanguage } from "./words.ts";

const nameWords = defineWords(
  { guest: (id: string) => `Guest ${id}` },
  { ko: { guest: (id) => `손님 ${id}` }, ja: { guest: (id) => `ゲスト ${id}` } },
);

export interface Names {
  /** What somebody is called. */
  of(person: Person): string;
  ofUser(user: string): string;
}

/** Visitors have a name in the reader's language, of the beginning of their id; whoever has a name keeps it. */
export function namesIn(language: Language): Names {
  const ofUser = (user: string) =>
    user.startsWith("anon_") ? nameWords[language].guest(shortName(user).slice("anon_".length)) : user;
  return { ofUser, of: ({ user, name }) => (name === shortName(user) ? ofUser(user) : name) };
}

const all: Record<Language, Names> = { en: namesIn("en"), ko: namesIn("ko"), ja: namesIn("ja") };

export function useNames(): Names {
  return all[useLanguage()];
}
