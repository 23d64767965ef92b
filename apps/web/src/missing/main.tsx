import "../look/look.css";
import { showPage } from "../show-page.tsx";
import { takeTokenOfAddress } from "../token-of-address.ts";
import { missingWords } from "../words/missing.ts";
import { useWords } from "../words/words.ts";

function Missing() {
  const words = useWords(missingWords);
  return (
    <main>
      <title>{words.title}</title>
      <h1>{words.title}</h1>
      {/* No page knows how deep below the first one it is shown, but its own parts do. */}
      <p>
        <a href={new URL("..", import.meta.url).href}>{words.home}</a>
      </p>
    </main>
  );
}

takeTokenOfAddress();
showPage(<Missing />);
