/**
 * Texts in every language that the pages speak. Each part of the pages has its own file beside this one; the compiler holds all
 * languages of it to the same keys, and to the same parameters.
 */
import { createContext, createElement, type ReactNode, useContext, useSyncExternalStore } from "react";

export const languages = ["en", "ko", "ja"] as const;
export type Language = (typeof languages)[number];

type Text = string | ((...values: never[]) => string);

/** The English ones say which texts there are; the other languages have the same. */
export function defineWords<Words extends Record<string, Text>>(
  english: Words,
  others: Record<Exclude<Language, "en">, Sames<Words>>,
): Record<Language, Sames<Words>> {
  return { ...others, en: english as unknown as Sames<Words> };
}

type Sames<Words> = {
  [Key in keyof Words]: Words[Key] extends (...values: infer Values) => string ? (...values: Values) => string : string;
};

const key = "madang.language";
const listeners = new Set<() => void>();
let current = chosen();

/** What one chose here before, or else the first language of the browser's that we speak. */
function chosen(): Language {
  return languageOf([stored(), ...navigator.languages]);
}

/** The first of these that we speak (`ko-KR` is Korean), or else English. */
export function languageOf(tags: readonly (string | undefined)[]): Language {
  const wanted = tags.map((tag) => tag?.slice(0, 2).toLowerCase());
  return languages.find((language) => language === wanted.find((tag) => languages.some((one) => one === tag))) ?? "en";
}

function stored(): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function chooseLanguage(language: Language): void {
  current = language;
  document.documentElement.lang = language;
  try {
    localStorage.setItem(key, language);
  } catch {
    // Then it is chosen until the page is left.
  }
  for (const listener of listeners) listener();
}

const Own = createContext<Language | undefined>(undefined);

/** What is in it speaks this language, whatever the page does. */
export function InLanguage({ language, children }: { language: Language; children?: ReactNode }) {
  return createElement(Own.Provider, { value: language }, children);
}

export function useLanguage(): Language {
  const ofPage = useSyncExternalStore(listen, () => current);
  return useContext(Own) ?? ofPage;
}

export function useWords<Words>(all: Record<Language, Words>): Words {
  return all[useLanguage()];
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Says in the document what language it is in. */
export function showLanguage(): void {
  document.documentElement.lang = current;
}
