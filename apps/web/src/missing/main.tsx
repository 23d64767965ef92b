import "../look/look.css";
import "../look/controls.css";
import "./missing.css";
import { LanguageChoice } from "../look/language-choice.tsx";
import { showPage } from "../show-page.tsx";
import { takeTokenOfAddress } from "../token-of-address.ts";
import { missingWords } from "../words/missing.ts";
import { useWords } from "../words/words.ts";

function Missing() {
  const words = useWords(missingWords);
  // No page knows how deep below the first one it is shown, but its own parts do.
  const home = new URL("..", import.meta.url).href;
  return (
    <div className="missing">
      <title>{words.title}</title>
      <header className="missing-header">
        <p className="missing-brand">
          <span lang="ko">마당</span> Madang
        </p>
        <LanguageChoice />
      </header>
      <main className="missing-main">
        <h1>{words.title}</h1>
        <p>{words.how}</p>
        <a className="control-button control-accent" href={home}>
          {words.home}
        </a>
      </main>
    </div>
  );
}

takeTokenOfAddress();
showPage(<Missing />);
