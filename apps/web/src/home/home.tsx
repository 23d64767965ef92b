/** The first page: what Madang is, the demo while it plays, and a room of one's own. */
import { LanguageChoice } from "../look/language-choice.tsx";
import { homeWords } from "../words/home.ts";
import { useWords } from "../words/words.ts";
import "./home.css";

export function Home() {
  const words = useWords(homeWords);
  return (
    <div className="home">
      <title>{words.title}</title>
      <header className="home-header">
        <p className="home-brand">
          <span lang="ko">마당</span> Madang
        </p>
        <LanguageChoice />
      </header>
      <main className="home-main">
        <section className="home-words">
          <h1>{words.lead}</h1>
          <p>{words.about}</p>
          <a className="home-watch" href="./live?room=live%3Ademo">
            {words.watch}
          </a>
        </section>
      </main>
    </div>
  );
}
