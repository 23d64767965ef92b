/** Which language the pages speak: each is named in itself, so that everybody finds their own. */
import { chooseLanguage, type Language, languages, useLanguage } from "../words/words.ts";
import "./language-choice.css";

const names: Record<Language, string> = { en: "English", ko: "한국어", ja: "日本語" };

export function LanguageChoice() {
  const current = useLanguage();
  return (
    <label className="language-choice">
      <span className="language-choice-label">Language</span>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-8.6 9h17.2M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18" />
      </svg>
      <select value={current} onChange={(event) => chooseLanguage(event.target.value as Language)}>
        {languages.map((language) => (
          <option key={language} value={language} lang={language}>
            {names[language]}
          </option>
        ))}
      </select>
    </label>
  );
}
