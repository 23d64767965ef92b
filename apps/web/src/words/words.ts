/**
 * Texts in every language that the pages speak. Each part of the pages has its own file beside this one; the compiler holds all
 * languages of it to the same keys, and to the same parameters.
 */
import { useSyncExternalStore } from "react";

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
  const wanted = [stored(), ...navigator.languages].map((tag) => tag?.slice(0, 2));
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

export function useLanguage(): Language {
  return useSyncExternalStore(listen, () => current);
}

export function useWords<Words>(all: Record<Language, Words>): Words {
  return all[useLanguage()];
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

document.documentElement.lang = current;
